using System.Diagnostics;

namespace Buildx.Oci.Tests;

public sealed class OciLayoutTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("buildx-oci-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Skopeo_reads_what_was_written()
    {
        var layout = OciLayout.Create(_directory);
        var config = await layout.WriteBlobAsync(
            MediaTypes.OciConfig,
            OciJson.Serialize(new ImageConfig { Os = "linux", Architecture = "s390x", RootFs = new RootFs([]), Config = new ContainerConfig { Cmd = ["/a"] } }),
            Cancellation);
        var manifest = await layout.WriteBlobAsync(
            MediaTypes.OciManifest, OciJson.Serialize(new ImageManifest(config, []) { MediaType = MediaTypes.OciManifest }), Cancellation);
        layout.AddToIndex(manifest with { Platform = Platform.Parse("linux/s390x") }, "one");
        layout.AddToIndex(manifest with { Platform = Platform.Parse("linux/s390x") }, "one");

        using var skopeo = Process.Start(new ProcessStartInfo("skopeo", ["inspect", "--override-arch", "s390x", "--config", $"oci:{_directory}:one"]) { RedirectStandardOutput = true })!;
        var output = await skopeo.StandardOutput.ReadToEndAsync(Cancellation);
        await skopeo.WaitForExitAsync(Cancellation);

        Assert.Equal(0, skopeo.ExitCode);
        Assert.Contains("s390x", output);
        Assert.Single(OciLayout.Open(_directory).ReadIndex().Manifests);
        Assert.Equal(manifest.Digest, layout.Find("one")!.Digest);
        Assert.Equal(manifest.Digest, layout.Find(null)!.Digest);
        Assert.Null(layout.Find("two"));
    }

    [Fact]
    public async Task Entries_of_the_index_are_told_apart_by_tag_and_name_also_at_the_same_time()
    {
        var layout = OciLayout.Create(_directory);
        await Parallel.ForAsync(0, 20, Cancellation, (number, _) =>
        {
            OciLayout.Open(_directory).AddToIndex(new Descriptor(MediaTypes.OciManifest, Digest.Sha256([(byte)number]), 1), "1", $"docker.io/library/image{number % 10}:1");
            return ValueTask.CompletedTask;
        });
        layout.AddToIndex(new Descriptor(MediaTypes.OciManifest, Digest.Sha256("tag"u8), 1), "1");

        Assert.Equal(11, layout.ReadIndex().Manifests.Count);
        Assert.Equal(["index.json", "oci-layout"], Directory.GetFiles(_directory).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_blob_with_another_digest_does_not_appear()
    {
        var layout = OciLayout.Create(_directory);
        var digest = Digest.Sha256("right"u8);
        await Assert.ThrowsAsync<InvalidDataException>(() => layout.WriteBlobAsync(digest, new MemoryStream("wrong"u8.ToArray()), Cancellation));
        Assert.False(layout.Contains(digest));
        Assert.Empty(Directory.GetFiles(Path.Combine(_directory, "blobs", "sha256")));
    }

    [Fact]
    public async Task A_damaged_blob_is_noticed_when_it_is_read()
    {
        var layout = OciLayout.Create(_directory);
        var blob = await layout.WriteBlobAsync(MediaTypes.OciConfig, "{}"u8.ToArray(), Cancellation);
        await File.WriteAllTextAsync(layout.GetBlobPath(blob.Digest), "[]", Cancellation);
        await Assert.ThrowsAsync<InvalidDataException>(() => layout.ReadBlobAsync(blob, Cancellation));
    }

    [Fact]
    public void An_ordinary_directory_is_no_layout() =>
        Assert.Contains("oci-layout", Assert.Throws<InvalidDataException>(() => OciLayout.Open(_directory)).Message);
}
