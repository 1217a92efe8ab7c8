using Buildx.Oci;

namespace Buildx.Bake.Targets;

/// <summary>Contexts of a definition that comes from a repository are in that repository.</summary>
internal static class RemoteContexts
{
    private static readonly string[] Elsewhere = ["cwd://", "target:", "docker-image:", "docker-daemon:", "podman:", "oci-layout:"];

    public static BakePlan Apply(BakePlan plan, string url) => plan with
    {
        Targets = plan.Targets.ToDictionary(pair => pair.Key, pair => pair.Value with
        {
            Context = Locate(pair.Value.Context ?? ".", url),
            Contexts = pair.Value.Contexts?.ToDictionary(context => context.Key, context => Locate(context.Value, url)),
        }),
    };

    private static string Locate(string context, string url) =>
        RemoteAddress.IsRemote(context) || Elsewhere.Any(prefix => context.StartsWith(prefix, StringComparison.Ordinal)) ? context : WithDirectory(url, context);

    /// <summary><c>URL#REF:DIRECTORY</c>, below the directory that the URL may have already.</summary>
    private static string WithDirectory(string url, string directory)
    {
        directory = UnixPath.Clean(directory);
        if (directory == ".")
            return url;
        var hash = url.IndexOf('#', StringComparison.Ordinal);
        var (repository, fragment) = hash < 0 ? (url, "") : (url[..hash], url[(hash + 1)..]);
        var colon = fragment.IndexOf(':', StringComparison.Ordinal);
        var (reference, above) = colon < 0 ? (fragment, "") : (fragment[..colon], fragment[(colon + 1)..]);
        return $"{repository}#{reference}:{(above.Length == 0 ? directory : UnixPath.Clean($"{above}/{directory}"))}";
    }
}
