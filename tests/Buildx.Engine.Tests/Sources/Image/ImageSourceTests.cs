using Buildx.Engine.Frontends;
using Buildx.Engine.Sources;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Tests.Exporting;
using Buildx.Oci;
using Buildx.Registry;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Sources.Image;

public sealed class ImageSourceTests : IDisposable
{
    private readonly RegistryClient _client = new(RegistryConfiguration.Default);
    private readonly MemoryContentStore _content = new();
    private readonly ListedImages _images = new();
    private readonly RecordingLayerStore _layers = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task The_image_of_the_platform_is_chosen_and_its_layers_stay_where_they_are()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        var index = await PushIndexAsync(server.Host, AnonymousCredentials.Instance, "t", "linux/amd64", "linux/arm/v7");

        var image = await ResolveAsync($"{server.Host}/a/b:t", "linux/arm/v7");

        Assert.Equal(index, image.Digest);
        Assert.Equal($"{server.Host}/a/b:t@{index}", image.Reference.ToString());
        Assert.Equal(Platform.Parse("linux/arm/v7"), image.Config.Platform);
        Assert.Equal(image.Config.RootFs!.DiffIds!.Select(id => id.Value), image.Snapshot.Layers.Select(id => id.Value));
        var (blob, source) = Assert.Single(_layers.Layers.Values);
        Assert.False(_content.TryGetSize(blob.Digest, out _));
        Assert.Equal($"{server.Host}/a/b", source.Repository);
        await using var layer = await source.OpenAsync(blob, Cancellation);
        using var reader = new StreamReader(layer);
        Assert.Equal("layer of linux/arm/v7", await reader.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_platform_that_is_missing_is_reported_with_those_there_are()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await PushIndexAsync(server.Host, AnonymousCredentials.Instance, "t", "linux/amd64", "linux/arm64");
        var error = await Assert.ThrowsAsync<SourceException>(() => ResolveAsync($"{server.Host}/a/b:t", "linux/s390x"));
        Assert.Contains("no image for linux/s390x; it has linux/amd64, linux/arm64", error.Message);
    }

    [Fact]
    public async Task A_pinned_image_that_was_seen_before_needs_no_registry()
    {
        Digest index;
        string host;
        await using (var server = await RegistryServer.StartAsync(cancellationToken: Cancellation))
        {
            host = server.Host;
            index = await PushIndexAsync(host, AnonymousCredentials.Instance, "t", "linux/amd64");
            await ResolveAsync($"{host}/a/b:t", "linux/amd64");
        }
        Assert.Equal(index, (await ResolveAsync($"{host}/a/b:t@{index}", "linux/amd64")).Digest);
    }

    [Fact]
    public async Task A_build_sees_one_image_under_a_tag_and_the_next_build_the_new_one()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        var tags = new ResolvedTags();
        var first = await PushIndexAsync(server.Host, AnonymousCredentials.Instance, "t", "linux/amd64", "linux/386");
        var seen = await ResolveAsync($"{server.Host}/a/b:t", "linux/amd64", tags);
        var second = await PushIndexAsync(server.Host, AnonymousCredentials.Instance, "t", "linux/386", "linux/amd64");
        Assert.Equal(first, seen.Digest);
        Assert.Equal(first, (await ResolveAsync($"{server.Host}/a/b:t", "linux/386", tags)).Digest);
        Assert.Equal(second, (await ResolveAsync($"{server.Host}/a/b:t", "linux/386")).Digest);
    }

    [Fact]
    public async Task Many_platforms_ask_for_the_tag_once()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        string[] platforms = ["linux/amd64", "linux/386", "linux/arm/v5", "linux/s390x"];
        await PushIndexAsync(server.Host, AnonymousCredentials.Instance, "t", platforms);
        var tags = new ResolvedTags();
        await Task.WhenAll(platforms.Select(platform => ResolveAsync($"{server.Host}/a/b:t", platform, tags)));
        await Task.Delay(200, Cancellation);
        Assert.Equal(2, server.Log.Split("\"HEAD /v2/a/b/manifests/t ").Length);
    }

    [Fact]
    public async Task Credentials_come_from_the_session()
    {
        await using var server = await RegistryServer.StartAsync(new RegistryServerOptions { Login = ("me", "secret") }, Cancellation);
        await PushIndexAsync(server.Host, new FixedCredentials(server.Host, RegistryCredential.FromPassword("me", "secret")), "t", "linux/amd64");
        var session = new FakeAuthSession(server.Host, "me", "secret");

        var image = await ResolveAsync($"{server.Host}/a/b:t", "linux/amd64", credentials: SessionCredentials.For(session));

        Assert.Single(image.Layers);
        Assert.Equal([server.Host], session.AskedHosts.Distinct());
        var error = await Assert.ThrowsAsync<RegistryException>(() => ResolveAsync($"{server.Host}/a/b:t", "linux/amd64"));
        Assert.Equal(RegistryErrorKind.Unauthorized, error.Kind);
    }

    [Fact]
    public async Task A_checksum_that_does_not_fit_is_an_error()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await PushIndexAsync(server.Host, AnonymousCredentials.Instance, "t", "linux/amd64");
        var request = ImageSourceRequest.Parse(
            $"docker-image://{server.Host}/a/b:t", [new("image.checksum", Digest.Sha256("other"u8).Value)], Platform.Parse("linux/amd64"));
        var error = await Assert.ThrowsAsync<SourceException>(() => ResolveAsync(request));
        Assert.Contains("is not the expected", error.Message);
    }

    [Fact]
    public async Task An_image_that_was_kept_stands_in_where_the_registry_has_none_and_goes_first_where_local_images_are_asked_for()
    {
        await using var server = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        var moved = await PushIndexAsync(server.Host, AnonymousCredentials.Instance, "t", "linux/amd64");
        var kept = await PushIndexAsync(server.Host, AnonymousCredentials.Instance, "other", "linux/amd64", "linux/arm64");
        await ResolveAsync($"{server.Host}/a/b:other", "linux/amd64");
        _ = _content.TryGetSize(kept, out var size);
        foreach (var name in new[] { $"{server.Host}/a/b:t", $"{server.Host}/a/none:t" })
            _images.Save(ImageReference.Parse(name), new Descriptor(MediaTypes.OciIndex, kept, size), []);

        Assert.Equal(moved, (await ResolveAsync($"{server.Host}/a/b:t", "linux/amd64")).Digest);
        Assert.Equal(kept, (await ResolveAsync($"{server.Host}/a/none:t", "linux/amd64")).Digest);
        Assert.Equal(kept, (await ResolveAsync(Request("b") with { Mode = ImageResolveMode.Local })).Digest);
        var error = await Assert.ThrowsAsync<RegistryException>(() => ResolveAsync(Request("none") with { Mode = ImageResolveMode.Pull }));
        Assert.Contains("a/none", error.Message);

        ImageSourceRequest Request(string name) => new(ImageReference.Parse($"{server.Host}/a/{name}:t"), Platform.Parse("linux/amd64"));
    }

    [Fact]
    public void Attributes_are_read()
    {
        var request = ImageSourceRequest.Parse(
            "docker-image://busybox", [new("image.resolvemode", "pull"), new("image.layerlimit", "2")], Platform.Host);
        Assert.Equal("docker.io/library/busybox:latest", request.Reference.ToString());
        Assert.Equal(ImageResolveMode.Pull, request.Mode);
        Assert.Equal(2, request.LayerLimit);
        Assert.Throws<SourceException>(() => ImageSourceRequest.Parse("docker-image://a", [new("image.layerlimit", "0")], Platform.Host));
        Assert.Throws<SourceException>(() => ImageSourceRequest.Parse("docker-image://a", [new("image.resolvemode", "maybe")], Platform.Host));
        Assert.Throws<SourceException>(() => ImageSourceRequest.Parse("docker-image://A B", [], Platform.Host));
        Assert.Throws<SourceException>(() => ImageSourceRequest.Parse("git://x", [], Platform.Host));
    }

    private Task<ResolvedImage> ResolveAsync(string reference, string platform, ResolvedTags? tags = null, ICredentialSource? credentials = null) =>
        ResolveAsync(new ImageSourceRequest(ImageReference.Parse(reference), Platform.Parse(platform)), tags, credentials);

    private Task<ResolvedImage> ResolveAsync(ImageSourceRequest request, ResolvedTags? tags = null, ICredentialSource? credentials = null) =>
        new ImageSource(_client, _content, _layers, _images).ResolveAsync(
            request, credentials ?? AnonymousCredentials.Instance, tags ?? new ResolvedTags(), lease: null, Cancellation);

    private async Task<Digest> PushIndexAsync(string host, ICredentialSource credentials, string tag, params string[] platforms)
    {
        var repository = _client.Open(host, "a/b", credentials);
        List<Descriptor> manifests = [];
        foreach (var name in platforms)
        {
            var platform = Platform.Parse(name);
            var layer = await PushAsync(repository, MediaTypes.OciLayer, System.Text.Encoding.UTF8.GetBytes($"layer of {name}"));
            var config = await PushAsync(repository, MediaTypes.OciConfig, OciJson.Serialize(new ImageConfig
            {
                Os = platform.Os,
                Architecture = platform.Architecture,
                Variant = platform.Variant,
                RootFs = new RootFs([layer.Digest]),
            }));
            var manifest = await repository.PushManifestAsync(
                MediaTypes.OciManifest, OciJson.Serialize(new ImageManifest(config, [layer]) { MediaType = MediaTypes.OciManifest }), null, Cancellation);
            manifests.Add(manifest with { Platform = platform });
        }
        var index = OciJson.Serialize(new ImageIndex(manifests) { MediaType = MediaTypes.OciIndex });
        return (await repository.PushManifestAsync(MediaTypes.OciIndex, index, tag, Cancellation)).Digest;
    }

    private static async Task<Descriptor> PushAsync(RemoteRepository repository, string mediaType, byte[] content)
    {
        var blob = new Descriptor(mediaType, Digest.Sha256(content), content.Length);
        await repository.PushBlobAsync(blob, content, Cancellation);
        return blob;
    }
}
