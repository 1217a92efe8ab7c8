using System.Text.Json;
using Buildx.Engine.Exporting;
using Buildx.Engine.Exporting.Archives;
using Buildx.Engine.Exporting.Images;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Exporting;

public sealed class ImageArchiveTests : IDisposable
{
    private readonly PreparedStorage _storage = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Skopeo_copies_an_OCI_archive_of_two_platforms_unchanged()
    {
        var image = await AssembleAsync(Results.Multi(
            Results.Of("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("a", "1")),
            Results.Of("linux/arm/v7", Results.Config("linux/arm/v7"), _storage.AddLayer("b", "2"))));
        var archive = await WriteAsync(image, forDocker: false, "docker.io/user/app:v1", "docker.io/user/app:v2");
        var layout = Path.Combine(_directory.Path, "layout");
        await Tool.RunAsync("skopeo", "copy", "--all", "--preserve-digests", $"oci-archive:{archive}:v2", $"oci:{layout}:copied");
        Assert.Equal(image.Target.Digest, OciLayout.Open(layout).Find("copied")!.Digest);
    }

    [Fact]
    public async Task Umoci_unpacks_what_an_OCI_archive_holds()
    {
        var image = await AssembleAsync(Results.Single("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("hello", "there")));
        var layout = Directory.CreateDirectory(Path.Combine(_directory.Path, "layout")).FullName;
        await Tool.RunAsync("tar", "-xf", await WriteAsync(image, forDocker: false, "example.org/app:v1"), "-C", layout);
        await Tool.RunAsync("umoci", "unpack", "--image", layout + ":v1", Path.Combine(_directory.Path, "bundle"));
        Assert.Equal("there", await File.ReadAllTextAsync(Path.Combine(_directory.Path, "bundle/rootfs/hello"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_docker_archive_names_its_image_as_Docker_does()
    {
        var image = await AssembleAsync(
            Results.Single("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("hello", "there")), ("oci-mediatypes", "false"));
        var archive = await WriteAsync(image, forDocker: true, "docker.io/library/app:v1");
        using var inspected = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--config", $"docker-archive:{archive}:app:v1"));
        Assert.Equal("amd64", inspected.RootElement.GetProperty("architecture").GetString());
        Assert.Contains("\"RepoTags\":[\"app:v1\"]", await Tool.RunAsync("tar", "-xOf", archive, "manifest.json"));
    }

    [Fact]
    public async Task The_same_image_gives_the_same_archive()
    {
        var image = await AssembleAsync(Results.Single("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("a", "1"), _storage.AddLayer("b", "1")));
        Assert.Equal(
            await File.ReadAllBytesAsync(await WriteAsync(image, true, "app:v1"), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(await WriteAsync(image, true, "app:v1"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Docker_format_takes_no_index()
    {
        var exporter = ArchiveExporter.Create(ArchiveVariant.Docker, Results.Attributes(), _storage);
        var result = Results.Multi(Results.Of("linux/amd64", null));
        var error = await Assert.ThrowsAsync<ExportException>(
            () => exporter.ExportAsync(new ExportRequest(result, null, 0, new QuietProgress()), TestContext.Current.CancellationToken));
        Assert.Contains("does not currently support exporting manifest lists", error.Message);
    }

    private async Task<string> WriteAsync(AssembledImage image, bool forDocker, params string[] names)
    {
        var path = Path.Combine(_directory.Path, Path.GetRandomFileName());
        await using var file = File.Create(path);
        await ImageArchive.WriteAsync(
            file, image, image.Target, [.. names.Select(name => ImageReference.Parse(name).WithDefaultTag())], forDocker, _storage, TestContext.Current.CancellationToken);
        return path;
    }

    private Task<AssembledImage> AssembleAsync(ExportResult result, params (string Key, string Value)[] attributes) =>
        new ImageAssembler(_storage, _storage).AssembleAsync(
            result, Results.Options(attributes), _storage.Lease(), new QuietProgress(), TestContext.Current.CancellationToken);
}
