using Buildx.Bake.Entitlements;
using Buildx.Cli.Values;

namespace Buildx.Cli.Baking;

/// <summary>What the user wants baked, parsed.</summary>
internal sealed record BakeRequest
{
    /// <summary>Definition files; none for the default ones.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Where the definition comes from, when it is no file of this machine.</summary>
    public string? RemoteDefinition { get; init; }

    /// <summary>What <c>BAKE_CMD_CONTEXT</c> is.</summary>
    public string CommandContext { get; init; } = "cwd://";

    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary><c>--set</c>, and the flags that stand for one.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public Permissions Allowed { get; init; } = new();

    public bool Print { get; init; }

    public BakeList? List { get; init; }

    /// <summary>For all targets; null where each has its own, or builds.</summary>
    public FrontendCall? Call { get; init; }

    public string Progress { get; init; } = "auto";

    public string? MetadataFile { get; init; }

    /// <summary>How many targets are built at once; null for all.</summary>
    public int? MaximumParallelism { get; init; }

    /// <summary>Targets that don't depend on one that failed are built all the same.</summary>
    public bool KeepGoing { get; init; }
}
