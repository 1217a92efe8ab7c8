using System.Collections.Immutable;
using Buildx.Bake.Entries;
using Buildx.Cli.Values;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>What the user wants built, parsed: nobody behind this looks at flags again.</summary>
internal sealed record BuildRequest
{
    /// <summary>A directory, a URL, or <c>-</c>: a Dockerfile or a tar archive on standard input.</summary>
    public required string ContextPath { get; init; }

    /// <summary><c>--file</c>, relative to the working directory (to the context, when that is a URL), or <c>-</c>; null: <c>Dockerfile</c> in the context.</summary>
    public string? DockerfilePath { get; init; }

    /// <summary>The Dockerfile itself, instead of a file.</summary>
    public string? DockerfileText { get; init; }

    public IReadOnlyList<NamedContextSpec> NamedContexts { get; init; } = [];

    public ImmutableArray<ImageReference> Tags { get; init; } = [];

    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    public IReadOnlyDictionary<string, string> BuildArguments { get; init; } = ImmutableDictionary<string, string>.Empty;

    public IReadOnlyDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    public string? Target { get; init; }

    public bool NoCache { get; init; }

    public IReadOnlyList<string> NoCacheStages { get; init; } = [];

    /// <summary>Ask the registry for base images even where a local copy exists.</summary>
    public bool Pull { get; init; }

    public IReadOnlyList<SecretSpec> Secrets { get; init; } = [];

    public IReadOnlyList<SshSpec> SshAgents { get; init; } = [];

    public IReadOnlyList<OutputSpec> Outputs { get; init; } = [];

    public IReadOnlyList<CacheEntry> CacheFrom { get; init; } = [];

    public IReadOnlyList<CacheEntry> CacheTo { get; init; } = [];

    /// <summary>Without those that are made by default.</summary>
    public IReadOnlyList<AttestationEntry> Attestations { get; init; } = [];

    public IReadOnlyList<string> Annotations { get; init; } = [];

    public IReadOnlyList<string> Entitlements { get; init; } = [];

    /// <summary><c>none</c> or <c>host</c>; null: a network for every step.</summary>
    public string? NetworkMode { get; init; }

    /// <summary><c>host=ip</c>.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    public long ShmSize { get; init; }

    /// <summary><c>name=soft:hard</c>.</summary>
    public IReadOnlyList<string> Ulimits { get; init; } = [];

    public string? CgroupParent { get; init; }

    /// <summary>Limits per step, under the names the frontend has for them.</summary>
    public IReadOnlyDictionary<string, string> Resources { get; init; } = ImmutableDictionary<string, string>.Empty;

    public string Progress { get; init; } = "auto";

    public bool Quiet { get; init; }

    public string? MetadataFile { get; init; }

    public ProvenanceMode MetadataProvenance { get; init; }

    public string? ImageIdFile { get; init; }

    /// <summary>What the frontend is asked instead of building; null for a build.</summary>
    public FrontendCall? Call { get; init; }

    /// <summary>The context is a URL: the engine fetches it.</summary>
    public bool IsContextRemote => ContextPath != "-" && !Directory.Exists(ContextPath);

    public bool ReadsStandardInput => ContextPath == "-" || DockerfilePath == "-";
}
