using System.Text;
using Buildx.Engine.Exporting;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Exporting;

public sealed class ImageExporterTests : IAsyncLifetime
{
    private readonly PreparedStorage _storage = new();
    private readonly QuietProgress _progress = new();
    private readonly RegistryClient _client = new(RegistryConfiguration.Default);
    private RegistryServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RegistryServer.StartAsync(cancellationToken: Cancellation);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Two_platforms_are_pushed_under_two_tags_that_mean_the_same()
    {
        var response = await ExportAsync(
            TwoPlatforms(), ("name", $"{_server.Host}/app:latest,{_server.Host}/app:1.0"), ("push", "true"));
        foreach (var tag in new[] { "latest", "1.0" })
        {
            var raw = await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{_server.Host}/app:{tag}");
            Assert.Equal(response["containerimage.digest"], Digest.Sha256(Encoding.UTF8.GetBytes(raw)).Value);
            Assert.Equal(["linux/amd64", "linux/s390x"], OciJson.ParseIndex(Encoding.UTF8.GetBytes(raw)).Manifests.Select(manifest => manifest.Platform!.ToString()));
        }
        Assert.Equal($"{_server.Host}/app:latest,{_server.Host}/app:1.0", response["image.name"]);
        var descriptor = OciJson.ParseDescriptor(Convert.FromBase64String(response["containerimage.descriptor"]));
        Assert.Equal(MediaTypes.OciIndex, descriptor.MediaType);
        Assert.False(response.ContainsKey("containerimage.config.digest"));
        Assert.Contains("pushing layers", _progress.Steps);
        Assert.Contains($"pushing manifest for {_server.Host}/app:1.0@{descriptor.Digest}", _progress.Steps);
    }

    [Fact]
    public async Task What_the_registry_has_is_not_sent_again()
    {
        await ExportAsync(TwoPlatforms(), ("name", $"{_server.Host}/app"), ("push", "true"));
        var before = Uploads();
        await ExportAsync(TwoPlatforms(), ("name", $"{_server.Host}/app:again"), ("push", "true"));
        Assert.Equal(before, Uploads());
        Assert.NotEqual(0, before);
    }

    [Fact]
    public async Task A_second_repository_of_the_registry_mounts_what_the_first_got()
    {
        await ExportAsync(TwoPlatforms(), ("name", $"{_server.Host}/one,{_server.Host}/two"), ("push", "true"));
        Assert.Equal(4, _server.Log.Split('\n').Count(line => line.Contains("POST /v2/two/blobs/uploads/", StringComparison.Ordinal) && line.Contains("from=one", StringComparison.Ordinal) && line.Contains(" 201 ", StringComparison.Ordinal)));
        await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{_server.Host}/two:latest");
    }

    [Fact]
    public async Task An_image_pushed_by_digest_has_no_tag()
    {
        var response = await ExportAsync(Single(), ("name", $"{_server.Host}/app"), ("push", "true"), ("push-by-digest", "true"), ("name-canonical", "true"));
        var reference = $"{_server.Host}/app@{response["containerimage.digest"]}";
        Assert.Equal($"{_server.Host}/app,{reference}", response["image.name"]);
        await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + reference);
        Assert.Contains("404", (await new Tool("skopeo").ExecuteAsync("list-tags", "--tls-verify=false", $"docker://{_server.Host}/app")).Error);
        Assert.StartsWith("sha256:", response["containerimage.config.digest"]);
    }

    [Fact]
    public async Task A_layer_that_was_never_fetched_goes_from_registry_to_registry()
    {
        await using var other = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        var source = new CountingSource();
        var layer = _storage.AddLayer("base", "far away", source: source);
        source.Content = _storage.ReadPrepared(layer);
        await ExportAsync(Results.Single("linux/amd64", Results.Config("linux/amd64"), layer), ("name", $"{_server.Host}/app,{other.Host}/app"), ("push", "true"));
        Assert.Equal(2, source.Opened);
        Assert.False(_storage.TryGetSize(_storage.DescriptorOf(layer).Digest, out _));
        using var copied = new TemporaryDirectory();
        await Tool.RunAsync("skopeo", "copy", "--src-tls-verify=false", $"docker://{other.Host}/app:latest", $"dir:{copied.Path}");
    }

    [Fact]
    public async Task A_registry_that_cannot_be_reached_is_named()
    {
        var error = await Assert.ThrowsAsync<ExportException>(() => ExportAsync(Single(), ("name", "127.0.0.1:1/app"), ("push", "true")));
        Assert.StartsWith("failed to push 127.0.0.1:1/app:latest: ", error.Message);
    }

    [Theory]
    [InlineData("push=true needs a name", "push", "true", "name", "")]
    [InlineData("can't push tagged ref docker.io/user/app:v1 by digest", "push-by-digest", "true", "name", "docker.io/user/app:v1")]
    public void What_cannot_be_pushed_is_refused_before_anything_is_built(string message, params string[] attributes) =>
        Assert.Contains(message, Assert.Throws<ExportException>(() => Create([(attributes[0], attributes[1]), (attributes[2], attributes[3])])).Message);

    [Theory]
    [InlineData("docker.io/library/app:v1,docker.io/library/other:latest", "name", "app:v1,other")]
    [InlineData("", "name", "app:v1", "store", "false")]
    [InlineData("", "dangling", "x")]
    public async Task An_image_that_is_not_pushed_is_kept_under_its_names(string names, params string[] attributes)
    {
        await ExportAsync(Single(), [.. attributes.Chunk(2).Select(pair => (pair[0], pair[1]))]);
        Assert.Equal(names.Split(',', StringSplitOptions.RemoveEmptyEntries), _storage.KeptImages.Saved.Keys);
        Assert.All(_storage.KeptImages.Saved.Values, image => Assert.Equal(3, image.Blobs.Count));
    }

    [Fact]
    public void Attributes_nobody_knows_are_passed_over_and_told()
    {
        new ExporterFactory(_storage, _client).Create("image", [new("unpack", "true"), new("store", "true"), new("x-unknown", "1")], out var ignored);
        Assert.Equal(["x-unknown"], ignored);
    }

    private ExportResult Single() => Results.Single("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("a", "1"));

    private ExportResult TwoPlatforms() => Results.Multi(
        Results.Of("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("a", "amd64")),
        Results.Of("linux/s390x", Results.Config("linux/s390x"), _storage.AddLayer("a", "s390x")));

    private int Uploads() => _server.Log.Split('\n').Count(line => line.Contains("\"PUT /v2/", StringComparison.Ordinal) && line.Contains("/blobs/uploads/", StringComparison.Ordinal));

    private IExporter Create((string Key, string Value)[] attributes) => new ExporterFactory(_storage, _client).Create(
        "image", attributes.Select(attribute => KeyValuePair.Create(attribute.Key, attribute.Value)), out _);

    private Task<IReadOnlyDictionary<string, string>> ExportAsync(ExportResult result, params (string Key, string Value)[] attributes) =>
        Create(attributes).ExportAsync(new ExportRequest(result, null, 0, _progress), Cancellation);

    private sealed class CountingSource : IBlobSource
    {
        private int _opened;

        public byte[] Content { get; set; } = [];

        public int Opened => _opened;

        public string? Repository => "registry.invalid/base";

        public Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _opened);
            return Task.FromResult<Stream>(new MemoryStream(Content, writable: false));
        }
    }
}
