using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

public sealed class EightPlatformsTests(BaseImageRegistry bases)
{
    private const string Platforms = "linux/386,linux/amd64,linux/arm/v5,linux/arm/v7,linux/arm64/v8,linux/mips64le,linux/ppc64le,linux/s390x";

    private static readonly Dictionary<string, string> Machines = new()
    {
        ["386"] = "i686|x86_64|i386",
        ["amd64"] = "x86_64",
        ["arm/v5"] = "armv7l|armv5tel|armv8l",
        ["arm/v7"] = "armv7l|armv8l",
        ["arm64"] = "aarch64",
        ["mips64le"] = "mips64",
        ["ppc64le"] = "ppc64le",
        ["s390x"] = "s390x",
    };

    [Fact]
    public async Task The_whole_flow_through_the_Docker_CLI_with_our_plugin()
    {
        await using var registry = await RegistryServer.StartAsync(new RegistryServerOptions { Login = ("user", "secret") });
        // Docker's CLI logs in to a registry without TLS only through an engine.
        await using var engine = await DockerDaemon.StartAsync(TestContext.Current.CancellationToken);
        await using var place = await Workplace.CreateAsync(bases, $"""
            [registry."{registry.Host}"]
              http = true
            """);
        place.Environment["DOCKER_HOST"] = engine.Host;
        var config = Path.Combine(place.Path, "buildkitd.toml");
        var docker = await place.DockerAsync();
        var handlers = HostHandlers();

        await docker.SucceedAsync("buildx", "create", "--use", "--name", "flow", "--buildkitd-config", config);
        await (docker with { Input = "secret" }).SucceedAsync("login", "--username", "user", "--password-stdin", registry.Host);
        string[] build =
        [
            "buildx", "build", "--progress=plain", "--platform", Platforms, "-t", $"{registry.Host}/app:latest", "-t", $"{registry.Host}/app:1.0",
            "--push", "--metadata-file", Path.Combine(place.Path, "metadata.json"), Path.Combine(Repository.Root, "examples/platforms"),
        ];
        await docker.SucceedAsync(build);
        using var metadata = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(place.Path, "metadata.json"), TestContext.Current.CancellationToken));
        var digest = metadata.RootElement.GetProperty("containerimage.digest").GetString()!;

        foreach (var tag in new[] { "latest", "1.0" })
            await CheckMachinesAsync(place, $"docker://{registry.Host}/app:{tag}", digest);

        var again = await docker.SucceedAsync(build);
        Assert.Equal(8, PlainProgress.CachedSteps(again.All).Count(step => step.Contains("] RUN ", StringComparison.Ordinal)));

        await docker.SucceedAsync("logout", registry.Host);
        var refused = await docker.ExecuteAsync(build);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("docker login " + registry.Host, refused.All);
        await docker.SucceedAsync("buildx", "rm", "flow");
        Assert.Equal(handlers, HostHandlers());
    }

    private static async Task CheckMachinesAsync(Workplace place, string image, string digest)
    {
        var layout = Directory.CreateTempSubdirectory("buildx-test-").FullName;
        try
        {
            await Tool.RunAsync("skopeo", "copy", "--all", "--preserve-digests", "--src-creds", "user:secret", "--src-tls-verify=false", image, $"oci:{layout}:app");
            using var top = JsonDocument.Parse(await File.ReadAllTextAsync(layout + "/index.json"));
            Assert.Equal(digest, top.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString());
            using var index = Blob(layout, digest);
            var manifests = index.RootElement.GetProperty("manifests").EnumerateArray().ToList();
            Assert.Equal(8, manifests.Count);
            foreach (var manifest in manifests)
            {
                var platform = manifest.GetProperty("platform");
                var name = platform.GetProperty("architecture").GetString() + (platform.TryGetProperty("variant", out var variant) && variant.GetString() != "v8" ? "/" + variant.GetString() : "");
                using var content = Blob(layout, manifest.GetProperty("digest").GetString()!);
                var layer = content.RootElement.GetProperty("layers").EnumerateArray().Last().GetProperty("digest").GetString()!;
                var written = await Tool.RunAsync("tar", "-xzOf", $"{layout}/blobs/{layer.Replace(':', '/')}", "platform");
                Assert.Contains(written.Trim().Split(' ')[^1], Machines[name].Split('|'));
            }
        }
        finally
        {
            Directory.Delete(layout, true);
        }
    }

    private static JsonDocument Blob(string layout, string digest) => JsonDocument.Parse(File.ReadAllText($"{layout}/blobs/{digest.Replace(':', '/')}"));

    private static IReadOnlyList<string> HostHandlers() =>
        Directory.Exists("/proc/sys/fs/binfmt_misc") ? [.. Directory.GetFiles("/proc/sys/fs/binfmt_misc").Order()] : [];
}
