using System.Text;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.CacheTransfer;

public sealed class CacheUnionTests
{
    [Fact]
    public void What_other_platforms_have_stays_and_what_was_built_again_is_replaced()
    {
        var older = new[] { Node("old", "linux/amd64"), Node("arm", "linux/arm64"), Node("both", "linux/amd64", "linux/arm64"), Node("nobody's") };
        var newer = new[] { Node("new", "linux/amd64") };

        var union = CacheUnion.Of(newer, older, _ => true);

        Assert.Equal(
            [("arm", "linux/arm64"), ("both", "linux/arm64"), ("new", "linux/amd64")],
            union.Select(node => (NameOf(node), string.Join(' ', node.Platforms))).Order());
        Assert.All(union, node => Assert.NotNull(node.Tree));
    }

    [Fact]
    public void Records_are_kept_with_all_that_leads_to_them_and_are_there_once()
    {
        var (oldSource, newSource) = (Node("source", "linux/amd64", "linux/arm64"), Node("source", "linux/amd64"));
        var arm = new CacheNode(Hash("arm"), [[new CacheLink(oldSource, "part")]]);
        arm.Platforms.Add("linux/arm64");

        var union = CacheUnion.Of([newSource], [oldSource, arm], _ => true);
        var read = CacheConfigReader.Read(new CacheConfigWriter(union).Write(), union.Select(node => node.Tree).OfType<CachedTree>().SelectMany(tree => tree.Layers).DistinctBy(layer => layer.Descriptor.Digest).ToDictionary(layer => layer.Descriptor.Digest));

        Assert.Equal(2, read.Count);
        Assert.Equal(["linux/amd64", "linux/arm64"], read.Single(node => node.Digest == newSource.Digest).Platforms);
        Assert.Equal(arm.Identity, read.Single(node => node.Digest == arm.Digest).Identity);
    }

    [Fact]
    public void A_result_whose_layer_is_gone_is_not_promised_any_more()
    {
        var union = CacheUnion.Of([Node("new", "linux/amd64")], [Node("arm", "linux/arm64")], _ => false);

        Assert.Null(union.Single(node => node.Digest == Hash("arm")).Tree);
        Assert.NotNull(union.Single(node => node.Digest == Hash("new")).Tree);
    }

    [Fact]
    public void Nothing_is_kept_of_a_cache_that_does_not_say_whose_it_is()
    {
        var newer = new[] { Node("new", "linux/amd64") };

        Assert.Same(newer, CacheUnion.Of(newer, [Node("old")], _ => true));
        Assert.Same(newer, CacheUnion.Of(newer, [Node("old", "linux/amd64")], _ => true));
    }

    private static CacheNode Node(string name, params ReadOnlySpan<string> platforms)
    {
        var layer = new LayerBlob(new Descriptor(MediaTypes.OciLayerGzip, Hash("layer of " + name), 1), Hash("diff of " + name), null);
        var node = new CacheNode(Hash(name), []) { Tree = new CachedTree([layer], DateTimeOffset.UnixEpoch) };
        foreach (var platform in platforms)
            node.Platforms.Add(platform);
        return node;
    }

    private static string NameOf(CacheNode node) => new[] { "old", "new", "arm", "both", "nobody's" }.Single(name => Hash(name) == node.Digest);

    private static Digest Hash(string text) => Digest.Sha256(Encoding.UTF8.GetBytes(text));
}
