using Buildx.Cli.Building;
using Buildx.Oci;

namespace Buildx.Cli.Tests.Building;

public sealed class IndexMergeTests
{
    private static readonly Platform[] Platforms = [Platform.Parse("linux/amd64"), Platform.Parse("linux/arm64"), Platform.Parse("linux/arm/v7")];

    [Fact]
    public void Images_come_in_the_order_of_the_platforms_and_attestations_in_that_of_their_images()
    {
        var first = new ImageIndex([Image("a", "linux/arm64"), Attestation("x", "a")]) { MediaType = MediaTypes.OciIndex };
        var second = new ImageIndex([Image("b", "linux/arm/v7"), Image("c", "linux/amd64"), Attestation("y", "b"), Attestation("z", "c")]) { MediaType = MediaTypes.OciIndex };

        var index = Merge(MediaTypes.OciIndex, first, second);

        Assert.Equal(new[] { "c", "a", "b", "z", "x", "y" }.Select(Of), index.Manifests.Select(manifest => manifest.Digest));
    }

    [Fact]
    public void Annotations_of_the_index_and_of_its_entries_stay()
    {
        var part = new ImageIndex([Image("a", "linux/arm64") with { Annotations = new Dictionary<string, string> { ["c"] = "d" } }])
        {
            MediaType = MediaTypes.OciIndex,
            Annotations = new Dictionary<string, string> { ["a"] = "b" },
        };

        var index = Merge(MediaTypes.OciIndex, part, part with { Manifests = [Image("b", "linux/amd64")] });

        Assert.Equal("b", index.Annotations!["a"]);
        Assert.Equal("d", index.Manifests[1].Annotations!["c"]);
    }

    [Fact]
    public void What_two_nodes_have_made_alike_is_there_once() =>
        Assert.Single(Merge(MediaTypes.OciIndex, new ImageIndex([Image("a", "linux/amd64")]), new ImageIndex([Image("a", "linux/amd64")])).Manifests);

    [Fact]
    public void Images_of_Dockers_type_make_a_list_of_Dockers_type()
    {
        ImageIndex Docker(string name, string platform) => new([Image(name, platform) with { MediaType = MediaTypes.DockerManifest }]);

        Merge(MediaTypes.DockerManifestList, Docker("a", "linux/amd64"), Docker("b", "linux/arm64"));
        Merge(MediaTypes.OciIndex, Docker("a", "linux/amd64"), new ImageIndex([Image("b", "linux/arm64")]));
    }

    private static ImageIndex Merge(string mediaType, params ImageIndex[] parts)
    {
        var (type, json) = IndexMerge.Merge(parts, Platforms);
        Assert.Equal(mediaType, type);
        var index = OciJson.ParseIndex(json);
        Assert.Equal(mediaType, index.MediaType);
        return index;
    }

    private static Digest Of(string name) => Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(name));

    private static Descriptor Image(string name, string platform) => new(MediaTypes.OciManifest, Of(name), 1) { Platform = Platform.Parse(platform) };

    private static Descriptor Attestation(string name, string subject) => new(MediaTypes.OciManifest, Of(name), 1)
    {
        Platform = new Platform("unknown", "unknown"),
        Annotations = new Dictionary<string, string> { ["vnd.docker.reference.type"] = "attestation-manifest", ["vnd.docker.reference.digest"] = Of(subject).Value },
    };
}
