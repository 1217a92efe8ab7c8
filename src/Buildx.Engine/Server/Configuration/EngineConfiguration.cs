using Buildx.Engine.Execution.Devices;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Server.Configuration;

/// <summary>What the engine was told by <c>buildkitd.toml</c> and its flags, parsed; a flag wins over the file.</summary>
internal sealed record EngineConfiguration
{
    public required string Root { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<ListenAddress> Addresses { get; init; }

    /// <summary>Null: Unix sockets are for the engine's own user and root.</summary>
    public SocketOwner? SocketOwner { get; init; }

    /// <summary>Null: <c>tcp://</c> is not encrypted.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Where health, metrics and debug pages are served over HTTP; null is nowhere.</summary>
    public ListenAddress? DebugAddress { get; init; }

    public LogConfiguration Log { get; init; } = LogConfiguration.Default;

    public IReadOnlyDictionary<string, RegistryHostConfiguration> Registries { get; init; } = new Dictionary<string, RegistryHostConfiguration>();

    /// <summary>Entitlements that builds may ask for, e.g. <c>security.insecure</c>. <c>network.host</c> needs none here.</summary>
    public IReadOnlyList<string> InsecureEntitlements { get; init; } = [];

    public DeviceOptions Devices { get; init; } = DeviceOptions.Default;

    /// <summary>The OCI runtime's program; null is crun, else runc.</summary>
    public string? RuntimeBinary { get; init; }

    /// <summary>Platforms to announce instead of those found; empty is those found.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Build steps that run at the same time; null is without limit.</summary>
    public int? MaximumParallelism { get; init; }

    /// <summary>The cgroup under which steps run that have limits but name no cgroup; null is the root.</summary>
    public string? CgroupParent { get; init; }

    public DnsConfiguration Dns { get; init; } = DnsConfiguration.Unset;

    public FrontendLimits Frontends { get; init; } = FrontendLimits.None;

    public HistoryLimits History { get; init; } = HistoryLimits.Default;

    /// <summary>Garbage collection's rules; null is BuildKit's defaults, empty is none.</summary>
    public IReadOnlyList<PrunePolicy>? GarbageCollection { get; init; }

    public int? MaximumRegistryConcurrency { get; init; }

    /// <summary>The engine leaves when nobody has used it for so long; null is never.</summary>
    public TimeSpan? IdleTimeout { get; init; }
}
