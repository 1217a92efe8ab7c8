using Buildx.Client.Debugging;
using Buildx.Client.Frontends;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;

namespace Buildx.Client;

/// <summary>A build, as BuildKit is asked for it. Either <see cref="Frontend"/> or <see cref="Definition"/> says what is built.</summary>
public sealed record SolveOptions
{
    /// <summary>The build's id; made up when null.</summary>
    public string? Ref { get; init; }

    /// <summary>An id that no other build has.</summary>
    public static string NewRef() => SessionTunnel.NewId();

    /// <summary>E.g. <c>dockerfile.v0</c>.</summary>
    public string Frontend { get; init; } = "";

    public IReadOnlyDictionary<string, string> FrontendAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Graphs that the frontend takes, by name.</summary>
    public IReadOnlyDictionary<string, Definition> FrontendInputs { get; init; } = new Dictionary<string, Definition>();

    /// <summary>
    /// What the frontend is asked instead of building (a subrequest), e.g. <c>frontend.lint</c>; null for a build. The answer is in
    /// <see cref="SolveResult.Answer"/>.
    /// </summary>
    public string? Request { get; init; }

    /// <summary>
    /// Told the graphs of the result, as soon as it is built and before it is exported; null where nobody wants to know. A build that
    /// has them as its <see cref="FrontendInputs"/> goes on from there.
    /// </summary>
    public Action<IReadOnlyList<BuildGraph>>? Built { get; init; }

    /// <summary>
    /// Called when everything is built and nothing exported, or when the build has failed: it can look into the build, which waits for
    /// it. False gives the build up (<see cref="BuildRestartException"/>); null where nobody looks.
    /// </summary>
    public Func<PausedBuild, CancellationToken, Task<bool>>? Pause { get; init; }

    /// <summary>What the client does in the place of a frontend: it may build, and read what is built. Nothing is exported.</summary>
    public Func<FrontendBuild, CancellationToken, Task>? Act { get; init; }

    /// <summary>The graph itself, without a frontend.</summary>
    public Definition? Definition { get; init; }

    public IReadOnlyList<ExportOptions> Exports { get; init; } = [];

    public IReadOnlyList<CacheOptions> CacheImports { get; init; } = [];

    public IReadOnlyList<CacheOptions> CacheExports { get; init; } = [];

    /// <summary>E.g. <c>network.host</c>.</summary>
    public IReadOnlyList<string> Entitlements { get; init; } = [];

    /// <summary>Directories that are sent, by the name of the local source (<c>context</c>, <c>dockerfile</c>, …).</summary>
    public IReadOnlyDictionary<string, string> LocalDirectories { get; init; } = new Dictionary<string, string>();

    /// <summary>What names the contexts of several builds as the same, so that the daemon keeps one copy.</summary>
    public string SharedKey { get; init; } = "";

    public ICredentialProvider? Credentials { get; init; }

    public ISecretProvider? Secrets { get; init; }

    /// <summary>Whatever else the client serves (ssh, …).</summary>
    public IReadOnlyList<ISessionService> Services { get; init; } = [];

    /// <summary>
    /// Decides about each source before the build gets it: allows it, denies it with reasons, puts another in its place, or first
    /// asks to know more about it. Null where all are allowed.
    /// </summary>
    public Func<CheckPolicyRequest, CancellationToken, Task<CheckPolicyResponse>>? DecideAboutSource { get; init; }

    /// <summary>Where the session goes when the build went well, for others that go on from its graphs; null: it ends with the build.</summary>
    public KeptSessions? KeptSessions { get; init; }

    /// <summary>Not listed in the daemon's history.</summary>
    public bool IsInternal { get; init; }
}
