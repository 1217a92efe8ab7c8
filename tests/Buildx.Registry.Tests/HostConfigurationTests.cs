using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Registry.Tests;

public class HostConfigurationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_of_a_private_authority_is_refused_with_the_line_that_helps()
    {
        await using var server = await RegistryServer.StartAsync(new RegistryServerOptions { Tls = true }, Cancellation);
        var error = await FailAsync(server.RemoteLookingHost, new RegistryHostConfiguration());
        Assert.Equal(RegistryErrorKind.Certificate, error.Kind);
        Assert.Contains("unknown authority", error.Message);
        Assert.Contains($"[registry.\"{server.RemoteLookingHost}\"]\n    ca = [", error.Message);
    }

    [Fact]
    public async Task A_private_authority_that_is_configured_is_trusted()
    {
        await using var server = await RegistryServer.StartAsync(new RegistryServerOptions { Tls = true }, Cancellation);
        await RoundTripAsync(server.RemoteLookingHost, new RegistryHostConfiguration { CertificateAuthorities = [server.CertificateAuthorityFile!] });
    }

    [Fact]
    public async Task Authorities_are_found_in_the_tls_directory()
    {
        await using var server = await RegistryServer.StartAsync(new RegistryServerOptions { Tls = true }, Cancellation);
        using var directory = new TemporaryDirectory();
        File.Copy(server.CertificateAuthorityFile!, Path.Combine(directory.Path, "ours.crt"));
        await RoundTripAsync(server.RemoteLookingHost, new RegistryHostConfiguration { TlsConfigDirectories = [directory.Path] });
    }

    [Fact]
    public async Task An_insecure_registry_needs_no_valid_certificate()
    {
        await using var server = await RegistryServer.StartAsync(new RegistryServerOptions { Tls = true }, Cancellation);
        await RoundTripAsync(server.RemoteLookingHost, new RegistryHostConfiguration { Insecure = true });
        await RoundTripAsync(server.Host, new RegistryHostConfiguration { Insecure = true });
    }

    [Fact]
    public async Task Http_instead_of_https_is_explained_with_the_lines_that_allow_it()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        var error = await FailAsync(server.RemoteLookingHost, new RegistryHostConfiguration());
        Assert.Equal(RegistryErrorKind.PlainHttp, error.Kind);
        Assert.Contains($"[registry.\"{server.RemoteLookingHost}\"]\n    http = true", error.Message);
    }

    [Fact]
    public async Task Https_instead_of_http_is_explained()
    {
        await using var server = await RegistryServer.StartAsync(new RegistryServerOptions { Tls = true }, Cancellation);
        var error = await FailAsync(server.RemoteLookingHost, new RegistryHostConfiguration { Http = true });
        Assert.Contains("speaks HTTPS", error.Message);
    }

    [Fact]
    public async Task Http_is_spoken_where_it_is_configured()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await RoundTripAsync(server.RemoteLookingHost, new RegistryHostConfiguration { Http = true });
    }

    [Fact]
    public async Task With_http_and_insecure_https_is_tried_first_and_http_then()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await RoundTripAsync(server.RemoteLookingHost, new RegistryHostConfiguration { Http = true, Insecure = true });
        // All requests that were on their way when the first one learned it.
        using var client = new RegistryClient(new RegistryConfiguration());
        var repository = client.Open(server.Host, "a/b", AnonymousCredentials.Instance, insecure: true);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(number => repository.PushBlobAsync(
            new Descriptor(MediaTypes.OciLayer, Digest.Sha256([(byte)number]), 1), _ => ValueTask.FromResult<Stream>(new MemoryStream([(byte)number])), null, null, Cancellation)));
    }

    [Fact]
    public async Task A_mirror_is_asked_first_and_what_it_lacks_comes_from_the_registry()
    {
        await using var origin = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await using var mirror = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        var configuration = new RegistryConfiguration
        {
            Hosts = new Dictionary<string, RegistryHostConfiguration>
            {
                ["example.test"] = new() { Mirrors = [mirror.RemoteLookingHost + "/team", origin.Host] },
                [mirror.RemoteLookingHost] = new() { Http = true },
            },
        };
        using var client = new RegistryClient(configuration);
        var (mirrored, unmirrored) = (TestImage.Make(), TestImage.Make());
        await mirrored.PushAsync(client.Open(mirror.Host, "team/one", AnonymousCredentials.Instance), "t", Cancellation);
        await unmirrored.PushAsync(client.Open(origin.Host, "two", AnonymousCredentials.Instance), "t", Cancellation);

        var one = client.Open("example.test", "one", AnonymousCredentials.Instance);
        var two = client.Open("example.test", "two", AnonymousCredentials.Instance);

        Assert.Equal(mirrored.Digest, (await one.ResolveAsync(ImageReference.Parse("example.test/one:t"), Cancellation)).Digest);
        Assert.Equal(unmirrored.Digest, (await two.ResolveAsync(ImageReference.Parse("example.test/two:t"), Cancellation)).Digest);
        Assert.Equal(unmirrored.Config, await two.ReadBlobAsync(unmirrored.ConfigDescriptor, Cancellation));
        Assert.DoesNotContain("/v2/team/one", origin.Log);
        Assert.Contains("ns=example.test", mirror.Log);
    }

    [Fact]
    public async Task A_pull_through_mirror_serves_what_the_registry_has()
    {
        await using var origin = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await using var mirror = await RegistryServer.StartAsync(new RegistryServerOptions { ProxyOf = origin.Url }, Cancellation);
        using var client = new RegistryClient(new RegistryConfiguration
        {
            Hosts = new Dictionary<string, RegistryHostConfiguration> { ["docker.io"] = new() { Mirrors = [mirror.Host] } },
        });
        var image = TestImage.Make();
        await image.PushAsync(client.Open(origin.Host, "library/busybox", AnonymousCredentials.Instance), "latest", Cancellation);
        var reference = ImageReference.Parse("busybox:latest");
        var manifest = await client.Open(reference, AnonymousCredentials.Instance).GetManifestAsync(reference, Cancellation);
        Assert.Equal(image.Manifest, manifest.Json);
    }

    [Fact]
    public async Task A_mirror_that_is_down_is_passed_over()
    {
        await using var origin = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        using var client = new RegistryClient(new RegistryConfiguration
        {
            Hosts = new Dictionary<string, RegistryHostConfiguration> { [origin.Host] = new() { Mirrors = ["127.0.0.1:1"] } },
        });
        var image = TestImage.Make();
        var repository = client.Open(origin.Host, "a", AnonymousCredentials.Instance);
        await image.PushAsync(repository, "t", Cancellation);
        Assert.Equal(image.Digest, (await repository.ResolveAsync(ImageReference.Parse($"{origin.Host}/a:t"), Cancellation)).Digest);
        var error = await Assert.ThrowsAsync<RegistryException>(() => client.Open(origin.Host, "b", AnonymousCredentials.Instance).ResolveAsync(ImageReference.Parse($"{origin.Host}/b:t"), Cancellation));
        Assert.Equal(RegistryErrorKind.NotFound, error.Kind);
    }

    [Fact]
    public void A_missing_authority_file_is_named()
    {
        using var client = ClientFor("r.test", new RegistryHostConfiguration { CertificateAuthorities = ["/no/such/ca.pem"] });
        var error = Assert.Throws<RegistryConfigurationException>(() => client.Open("r.test", "a", AnonymousCredentials.Instance));
        Assert.Contains("/no/such/ca.pem", error.Message);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:5000", true)]
    [InlineData("127.0.0.1:5000", true)]
    [InlineData("127.1.2.3", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("10.0.0.1:5000", false)]
    [InlineData("registry.test", false)]
    [InlineData("localhost.example.com:80", false)]
    public void Only_this_machine_is_spoken_to_over_http_unasked(string host, bool expected) =>
        Assert.Equal(expected, RegistryHosts.IsLoopback(host));

    private static RegistryClient ClientFor(string host, RegistryHostConfiguration configuration) =>
        new(new RegistryConfiguration { Hosts = new Dictionary<string, RegistryHostConfiguration> { [host] = configuration } });

    private static async Task RoundTripAsync(string host, RegistryHostConfiguration configuration)
    {
        using var client = ClientFor(host, configuration);
        var image = TestImage.Make();
        var repository = client.Open(host, "a", AnonymousCredentials.Instance);
        await image.PushAsync(repository, "t", Cancellation);
        Assert.Equal(image.Digest, (await repository.ResolveAsync(ImageReference.Parse($"{host}/a:t"), Cancellation)).Digest);
        Assert.Equal(image.Config, await repository.ReadBlobAsync(image.ConfigDescriptor, Cancellation));
    }

    private static async Task<RegistryException> FailAsync(string host, RegistryHostConfiguration configuration)
    {
        using var client = ClientFor(host, configuration);
        return await Assert.ThrowsAsync<RegistryException>(
            () => client.Open(host, "a", AnonymousCredentials.Instance).ResolveAsync(ImageReference.Parse($"{host}/a:t"), Cancellation));
    }
}
