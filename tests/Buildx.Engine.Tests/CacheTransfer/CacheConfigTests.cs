using System.Text;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.CacheTransfer;

public sealed class CacheConfigTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        var source = new CacheNode(Hash("source"), []);
        var copy = new CacheNode(Hash("copy"), [[new CacheLink(source, "part")]]) { Tree = new CachedTree([Layer("a")], DateTimeOffset.UnixEpoch) };
        var run = new CacheNode(Hash("run"), [[new CacheLink(copy, "")]]) { Tree = new CachedTree([Layer("a"), Layer("b")], DateTimeOffset.UnixEpoch.AddDays(1)) };

        var read = CacheConfigReader.Read(new CacheConfigWriter([run, copy, source]).Write(), Blobs("a", "b"));

        var found = read.Single(node => node.Digest == run.Digest);
        Assert.Equal(run.Identity, found.Identity);
        Assert.Equal([Hash("a"), Hash("b")], found.Tree!.Layers.Select(layer => layer.Descriptor.Digest));
        Assert.Equal(run.Tree.CreatedAt, found.Tree.CreatedAt);
    }

    [Fact]
    public void The_order_in_which_records_were_found_makes_no_difference()
    {
        var nodes = Enumerable.Range(0, 9).Select(i => new CacheNode(Hash($"{i}"), []) { Tree = new CachedTree([Layer("a"), Layer($"{i}")], DateTimeOffset.UnixEpoch) }).ToList();

        Assert.Equal(new CacheConfigWriter(nodes).Write(), new CacheConfigWriter(Enumerable.Reverse(nodes)).Write());
    }

    [Fact]
    public void A_result_whose_layers_are_missing_is_none()
    {
        var node = new CacheNode(Hash("x"), []) { Tree = new CachedTree([Layer("a"), Layer("b")], DateTimeOffset.UnixEpoch) };

        Assert.Null(Assert.Single(CacheConfigReader.Read(new CacheConfigWriter([node]).Write(), Blobs("b"))).Tree);
    }

    [Fact]
    public void An_image_has_the_results_that_consist_of_its_layers()
    {
        var first = new CacheNode(Hash("first"), []) { Tree = new CachedTree([Layer("a")], DateTimeOffset.UnixEpoch) };
        var linked = new CacheNode(Hash("linked"), []) { Tree = new CachedTree([Layer("c")], DateTimeOffset.UnixEpoch) };
        var other = new CacheNode(Hash("other"), []) { Tree = new CachedTree([Layer("x")], DateTimeOffset.UnixEpoch) };
        LayerBlob[] image = [Layer("a"), Layer("b"), Layer("c")];

        var json = new CacheConfigWriter([first, linked, other]).WriteFor(image);
        var read = CacheConfigReader.ReadInline(json, image);

        Assert.Equal([Hash("a")], read.Single(node => node.Digest == first.Digest).Tree!.Layers.Select(layer => layer.Descriptor.Digest));
        Assert.Equal([Hash("c")], read.Single(node => node.Digest == linked.Digest).Tree!.Layers.Select(layer => layer.Descriptor.Digest));
        Assert.Null(read.Single(node => node.Digest == other.Digest).Tree);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("""{"records":[{"digest":"sha256:7"}]}""")]
    [InlineData("""{"records":[{"digest":"DIGEST","inputs":[[{"link":0}]]}]}""")]
    [InlineData("""{"records":[{"digest":"DIGEST","inputs":[[{"link":7}]]}]}""")]
    [InlineData("""{"records":[{"digest":"DIGEST","inputs":[[]]}]}""")]
    [InlineData("""{"records":[{"digest":"DIGEST","layers":[{"layer":3,"createdAt":"2026-01-01T00:00:00Z"}]}]}""")]
    [InlineData("""{"layers":[{"blob":"DIGEST"}],"records":[{"digest":"DIGEST","layers":[{"layer":0,"createdAt":"2026-01-01T00:00:00Z"}]}]}""")]
    public void A_config_that_makes_no_sense_is_refused(string json) =>
        Assert.Throws<InvalidDataException>(() => CacheConfigReader.Read(Encoding.UTF8.GetBytes(json.Replace("DIGEST", Hash("x").Value, StringComparison.Ordinal)), Blobs()));

    private static Dictionary<Digest, LayerBlob> Blobs(params string[] names) => names.Select(Layer).ToDictionary(layer => layer.Descriptor.Digest);

    private static LayerBlob Layer(string name) => new(new Descriptor(MediaTypes.OciLayerGzip, Hash(name), 1), Hash("diff of " + name), null);

    private static Digest Hash(string text) => Digest.Sha256(Encoding.UTF8.GetBytes(text));
}
