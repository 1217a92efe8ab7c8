using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>
/// A cache takes the place of an older one, of which stays what builds of other platforms have left there. So builders that build
/// different platforms, one after the other or at the same time, may write under one name.
/// </summary>
internal static class CacheUnion
{
    /// <param name="isThere">Whether a layer of the older cache still exists.</param>
    /// <returns>The newer ones alone when nothing of the older is kept.</returns>
    public static IReadOnlyCollection<CacheNode> Of(IReadOnlyCollection<CacheNode> newer, IReadOnlyList<CacheNode> older, Func<Digest, bool> isThere)
    {
        var kept = Kept(newer, older).ToList();
        if (kept.Count == 0)
            return newer;
        var built = PlatformsOf(newer);
        var nodes = newer.DistinctBy(node => node.Identity).ToDictionary(node => node.Identity);
        foreach (var node in kept)
            Take(node);
        return nodes.Values;

        CacheNode Take(CacheNode node)
        {
            if (!nodes.TryGetValue(node.Identity, out var taken))
            {
                nodes[node.Identity] = taken = new CacheNode(
                    node.Digest, [.. node.Inputs.Select(links => links.Select(link => new CacheLink(Take(link.Source), link.Selector)).ToImmutableArray())]);
            }
            // What was built now says for its platforms alone what there is.
            taken.Platforms.UnionWith(node.Platforms.Where(platform => !built.Contains(platform)));
            if (taken.Tree is null && node.Tree is { } tree && tree.Layers.All(layer => isThere(layer.Descriptor.Digest)))
                taken.Tree = tree;
            return taken;
        }
    }

    /// <summary>The layers of the older cache that are to be kept.</summary>
    public static IReadOnlySet<Descriptor> LayersToKeep(IReadOnlyCollection<CacheNode> newer, IReadOnlyList<CacheNode> older) =>
        Kept(newer, older).Select(node => node.Tree).OfType<CachedTree>().SelectMany(tree => tree.Layers).Select(layer => layer.Descriptor).DistinctBy(blob => blob.Digest).ToHashSet();

    private static IEnumerable<CacheNode> Kept(IReadOnlyCollection<CacheNode> newer, IReadOnlyList<CacheNode> older)
    {
        var built = PlatformsOf(newer);
        return built.Count == 0 ? [] : older.Where(node => node.Platforms.Count > 0 && !node.Platforms.IsSubsetOf(built));
    }

    private static HashSet<string> PlatformsOf(IEnumerable<CacheNode> nodes) => nodes.SelectMany(node => node.Platforms).ToHashSet(StringComparer.Ordinal);
}
