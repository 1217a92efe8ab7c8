using Buildx.Llb;

namespace Buildx.Engine.Attestations.Provenance;

/// <summary>What a frontend was asked, as far as it may be told, apart from where the definition lies.</summary>
internal sealed class RequestParameters
{
    private const string DefaultContextKey = "context";
    private const string VcsPrefix = "vcs:";

    private RequestParameters(string contextUri, string path, SortedDictionary<string, string> arguments, SortedDictionary<string, string> versionControl, bool isComplete) =>
        (ContextUri, Path, Arguments, VersionControl, IsComplete) = (contextUri, path, arguments, versionControl, isComplete);

    /// <summary>Empty for a directory of the client.</summary>
    public string ContextUri { get; }

    public string Path { get; }

    public IReadOnlyDictionary<string, string> Arguments { get; }

    public IReadOnlyDictionary<string, string> VersionControl { get; }

    /// <summary>False when something was left out.</summary>
    public bool IsComplete { get; }

    /// <param name="withPrivate">Build arguments and labels, too.</param>
    public static RequestParameters Read(BuildDescription build, bool withPrivate)
    {
        var options = build.FrontendOptions;
        var contextKey = options.GetValueOrDefault("contextkey") is { Length: > 0 } key ? key : DefaultContextKey;
        var arguments = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var versionControl = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var isComplete = build.Frontend.Length > 0;
        foreach (var (name, value) in options)
        {
            if (IsOfTheHost(name) || name == contextKey || name == "filename")
                continue;
            if (name.StartsWith(VcsPrefix, StringComparison.Ordinal))
            {
                if (value.Length > 0)
                    versionControl[name[VcsPrefix.Length..]] = UrlCredentials.Redact(value);
                continue;
            }
            if (!withPrivate && (name.StartsWith("build-arg:", StringComparison.Ordinal) || name.StartsWith("label:", StringComparison.Ordinal)))
            {
                isComplete = false;
                continue;
            }
            arguments[name] = name.StartsWith(DefaultContextKey + ":", StringComparison.Ordinal) ? UrlCredentials.Redact(value) : value;
        }
        return new RequestParameters(
            UrlCredentials.Redact(options.GetValueOrDefault(contextKey, "")), options.GetValueOrDefault("filename", ""), arguments, versionControl, isComplete);
    }

    // What depends on who asks, and not on what is built.
    private static bool IsOfTheHost(string name) =>
        name is "cgroup-parent" or "image-resolve-mode" or "platform" or "cache-imports" || name.StartsWith("attest:", StringComparison.Ordinal);
}
