using Buildx.Bake.Overrides;

namespace Buildx.Bake.Targets;

/// <summary>What a run builds: the chosen targets, complete, and those they are linked to.</summary>
public sealed record BakePlan(IReadOnlyDictionary<string, BakeGroup> Groups, IReadOnlyDictionary<string, BakeTarget> Targets)
{
    public OverrideGrants Grants { get; init; } = new();
}
