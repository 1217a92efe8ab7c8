using System.Collections.Immutable;
using Buildx.Engine.Execution.Cgroups;
using Buildx.Engine.Execution.Devices;

namespace Buildx.Engine.Execution.Bundles;

/// <summary>What the runtime is told about one container.</summary>
internal sealed record Bundle(ExecutionSpec Spec, string RootPath, ContainerUser User, ImmutableArray<BundleMount> Mounts)
{
    public ImmutableArray<string> Capabilities { get; init; } = Bundles.Capabilities.Default;

    /// <summary>A namespace's file to join, or null for the engine's own.</summary>
    public string? UserNamespace { get; init; }

    /// <summary>Null when cgroups are left alone.</summary>
    public string? CgroupsPath { get; init; }

    /// <summary>What the cgroup's processes may do with devices.</summary>
    public ImmutableArray<DeviceRule> DeviceRules { get; init; } = Cgroups.DeviceRules.Default;

    /// <summary>Whether no nodes may be made but those of harmless devices.</summary>
    public bool RefusesDeviceNodes { get; init; }

    /// <summary>Whether a 64-bit processor runs a 32-bit platform's programs itself.</summary>
    public bool Is32Bit { get; init; }

    /// <summary>The profile as crun compiled it for an earlier step, in base64; null before that.</summary>
    public string? CompiledSeccomp { get; init; }

    /// <summary>Where crun leaves the compiled profile, and where to copy it to for later steps; null when that is known already.</summary>
    public (string From, string To)? KeepSeccomp { get; init; }

    /// <summary>Files that the runtime makes under <c>/dev</c>.</summary>
    public ImmutableArray<DeviceNode> DeviceNodes { get; init; } = [];

    public bool SharesNetwork { get; init; }
    public ImmutableArray<ExecutionUlimit> Ulimits { get; init; } = [];
}
