using Buildx.Oci;

namespace Buildx.Cli.Builders;

/// <summary>Which node builds which platform: the one that it was given to, else one that runs it by itself, else one that emulates it.</summary>
internal static class PlatformAssignment
{
    /// <summary>Whether it is clear without asking the engines.</summary>
    public static bool IsFixed(IEnumerable<Platform> wanted, IReadOnlyList<NodePlatforms> nodes) =>
        wanted.All(platform => nodes.Any(node => node.IsFixed(platform)));

    /// <summary>Of nodes that are equally good the first one. So is what nobody can run: a Dockerfile that cross-compiles runs nothing of it.</summary>
    /// <returns>Node and platforms, in the order in which the nodes are first needed.</returns>
    public static IReadOnlyList<(int Node, IReadOnlyList<Platform> Platforms)> Assign(IReadOnlyList<Platform> wanted, IReadOnlyList<NodePlatforms> nodes)
    {
        if (wanted.Count == 0)
            return [(0, [])];
        return [.. wanted
            .Select(platform => (Node: Enumerable.Range(0, nodes.Count).MaxBy(node => nodes[node].Rank(platform)), Platform: platform))
            .GroupBy(pair => pair.Node)
            .Select(group => (group.Key, (IReadOnlyList<Platform>)[.. group.Select(pair => pair.Platform)]))];
    }
}
