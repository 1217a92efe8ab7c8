using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.Registry.Tests;

public sealed class DockerConfigCredentialsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string ConfigFile => Path.Combine(_directory.Path, ".docker", "config.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_login_stored_is_found_and_logout_takes_it_away()
    {
        var credentials = new DockerConfigCredentials(ConfigFile);
        Assert.Null(await credentials.GetCredentialAsync("r.test:5000", Cancellation));
        Assert.True(await credentials.StoreAsync("r.test:5000", RegistryCredential.FromPassword("me", "a:b"), Cancellation));
        Assert.Equal(RegistryCredential.FromPassword("me", "a:b"), await credentials.GetCredentialAsync("r.test:5000", Cancellation));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ConfigFile));
        Assert.True(await credentials.EraseAsync("r.test:5000", Cancellation));
        Assert.False(await credentials.EraseAsync("r.test:5000", Cancellation));
        Assert.Null(await credentials.GetCredentialAsync("r.test:5000", Cancellation));
    }

    [Fact]
    public async Task Docker_hub_has_its_old_key()
    {
        var credentials = new DockerConfigCredentials(ConfigFile);
        await credentials.StoreAsync("docker.io", RegistryCredential.FromPassword("me", "x"), Cancellation);
        Assert.NotNull(JsonNode.Parse(await File.ReadAllTextAsync(ConfigFile, Cancellation))!["auths"]!["https://index.docker.io/v1/"]);
        foreach (var host in new[] { "docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/" })
            Assert.Equal("me", (await credentials.GetCredentialAsync(host, Cancellation))?.Username);
    }

    [Fact]
    public async Task Fields_that_are_not_ours_stay()
    {
        _directory.Write(".docker/config.json", """{"HttpHeaders":{"a":"<b>&"},"auths":{"https://other.test/v1/":{"auth":"eDp5"}},"currentContext":"c"}""");
        var credentials = new DockerConfigCredentials(ConfigFile);
        await credentials.StoreAsync("r.test", RegistryCredential.FromIdentityToken("id", "me"), Cancellation);
        var root = JsonNode.Parse(await File.ReadAllTextAsync(ConfigFile, Cancellation))!;
        Assert.Equal("c", (string?)root["currentContext"]);
        Assert.Equal("<b>&", (string?)root["HttpHeaders"]!["a"]);
        Assert.Equal(RegistryCredential.FromPassword("x", "y"), await credentials.GetCredentialAsync("other.test", Cancellation));
        Assert.Equal("id", (await credentials.GetCredentialAsync("r.test", Cancellation))!.IdentityToken);
    }

    [Fact]
    public async Task A_link_to_the_file_stays_a_link()
    {
        var real = _directory.Write("real.json", "{}");
        Directory.CreateDirectory(Path.GetDirectoryName(ConfigFile)!);
        File.CreateSymbolicLink(ConfigFile, real);
        await new DockerConfigCredentials(ConfigFile).StoreAsync("r.test", RegistryCredential.FromPassword("a", "b"), Cancellation);
        Assert.NotNull(File.ResolveLinkTarget(ConfigFile, false));
        Assert.Contains("r.test", await File.ReadAllTextAsync(real, Cancellation));
    }

    [Fact]
    public async Task A_helper_keeps_what_it_is_asked_to_keep()
    {
        WriteHelper("buildxtest", $$"""
            cd {{_directory.Path}}
            case "$1" in
              store) cat > kept;;
              get) read server; if grep -qs "\"$server\"" kept; then cat kept; else echo "credentials not found in native keychain"; exit 1; fi;;
              erase) rm kept;;
            esac
            """);
        _directory.Write(".docker/config.json", """{"credsStore":"nobody","credHelpers":{"r.test":"buildxtest"}}""");
        var credentials = new DockerConfigCredentials(ConfigFile);
        Assert.Null(await credentials.GetCredentialAsync("r.test", Cancellation));
        Assert.False(await credentials.StoreAsync("r.test", RegistryCredential.FromIdentityToken("id"), Cancellation));
        Assert.Equal("id", (await credentials.GetCredentialAsync("r.test", Cancellation))!.IdentityToken);
        Assert.DoesNotContain("\"id\"", await File.ReadAllTextAsync(ConfigFile, Cancellation));
        Assert.True(await credentials.EraseAsync("r.test", Cancellation));
        Assert.Null(await credentials.GetCredentialAsync("r.test", Cancellation));
    }

    [Fact]
    public async Task A_helper_that_fails_or_is_missing_is_named()
    {
        WriteHelper("buildxbroken", "echo 'the key ring is locked' >&2; exit 3");
        _directory.Write(".docker/config.json", """{"credsStore":"buildxbroken","credHelpers":{"r.test":"buildxmissing"}}""");
        var credentials = new DockerConfigCredentials(ConfigFile);
        var broken = await Assert.ThrowsAsync<CredentialStoreException>(async () => await credentials.GetCredentialAsync("other.test", Cancellation));
        Assert.Contains("docker-credential-buildxbroken get failed with exit code 3: the key ring is locked", broken.Message);
        var missing = await Assert.ThrowsAsync<CredentialStoreException>(async () => await credentials.GetCredentialAsync("r.test", Cancellation));
        Assert.Contains("cannot run docker-credential-buildxmissing", missing.Message);
    }

    [Fact]
    public async Task A_broken_file_is_named_and_left_alone()
    {
        _directory.Write(".docker/config.json", "{ nonsense");
        var error = await Assert.ThrowsAsync<CredentialStoreException>(
            () => new DockerConfigCredentials(ConfigFile).StoreAsync("r.test", RegistryCredential.FromPassword("a", "b"), Cancellation));
        Assert.Contains(ConfigFile, error.Message);
        Assert.Equal("{ nonsense", await File.ReadAllTextAsync(ConfigFile, Cancellation));
    }

    private void WriteHelper(string name, string script)
    {
        var path = _directory.Write("bin/docker-credential-" + name, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var search = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"{Path.GetDirectoryName(path)}:{search}");
    }
}
