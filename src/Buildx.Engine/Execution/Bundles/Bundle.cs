using System.Collections.Immutable;

namespace Buildx.Engine.Execution.Bundles;

/// <summary>What the runtime is told about one container.</summary>
internal sealed record Bundle(ExecutionSpec Spec, string RootPath, ContainerUser User, ImmutableArray<BundleMount> Mounts)
{
    public ImmutableArray<string> Capabilities { get; init; } = Bundles.Capabilities.Default;

    /// <summary>A namespace's file to join, or null for the engine's own.</summary>
    public string? UserNamespace { get; init; }

    /// <summary>Null when cgroups are left alone.</summary>
    public string? CgroupsPath { get; init; }

    public bool SharesNetwork { get; init; }
    public ImmutableArray<ExecutionUlimit> Ulimits { get; init; } = [];
}
