using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Dockerfile;

/// <summary>What the user asked for beside the file itself.</summary>
public sealed record ConversionOptions
{
    /// <summary>Null for the build platform, or what the base image has.</summary>
    public Oci.Platform? TargetPlatform { get; init; }

    /// <summary>What builds natively; the first is <c>BUILDPLATFORM</c>.</summary>
    public IReadOnlyList<Oci.Platform> BuildPlatforms { get; init; } = [Oci.Platform.Host];

    /// <summary>Names of steps show their platform.</summary>
    public bool MultiPlatform { get; init; }

    /// <summary>The stage to build; the last if null.</summary>
    public string? Target { get; init; }

    public IReadOnlyDictionary<string, string> BuildArguments { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: everything may come from the cache. Empty: nothing. Else: the stages that must not.</summary>
    public IReadOnlyList<string>? NoCache { get; init; }

    /// <summary><c>default</c>, <c>pull</c> or <c>local</c>.</summary>
    public string? ImageResolveMode { get; init; }

    public string CacheNamespace { get; init; } = "";

    public string HostName { get; init; } = "";

    public NetMode Network { get; init; }

    public IReadOnlyList<(string Host, string Address)> ExtraHosts { get; init; } = [];

    public IReadOnlyList<Ulimit> Ulimits { get; init; } = [];

    public long SharedMemorySize { get; init; }

    public string CgroupParent { get; init; } = "";

    public LinuxResources? Resources { get; init; }

    /// <summary>Instead of what the file's <c># check=</c> says.</summary>
    public LintConfiguration? Lint { get; init; }

    /// <summary>Converts also stages that the target does not need, so that rules see them.</summary>
    public bool AllStages { get; init; }

    /// <summary>The file as it is sent along with the graph; null for none.</summary>
    public LlbSourceFile? SourceFile { get; init; }
}
