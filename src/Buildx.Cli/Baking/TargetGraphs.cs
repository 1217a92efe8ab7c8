using Buildx.Client;

namespace Buildx.Cli.Baking;

/// <summary>What a target is made of: of each node's part, for whoever goes on from it there.</summary>
internal sealed record TargetGraphs(IReadOnlyDictionary<string, IReadOnlyList<BuildGraph>> ByNode)
{
    public static TargetGraphs None { get; } = new(new Dictionary<string, IReadOnlyList<BuildGraph>>());

    public IReadOnlyList<BuildGraph> Of(string node) => ByNode.GetValueOrDefault(node) ?? [];
}
