using Buildx.Cli.Values;
using Buildx.Drivers.Store;
using Buildx.Oci;

namespace Buildx.Cli.History;

/// <summary>What a build is called in lists, as Buildx calls it: by its context, its Dockerfile and its target.</summary>
internal static class BuildName
{
    private const string DefaultFile = "/Dockerfile";

    public static string Of(IReadOnlyDictionary<string, string> attributes, LocalBuild? local)
    {
        if (Get("build-arg:BUILDKIT_BUILD_NAME") is { Length: > 0 } given)
            return given;
        var dockerfile = Get("filename") is { } file && file != "Dockerfile" ? file : "";
        if (Get("vcs:localdir:dockerfile") is { } directory && directory != ".")
            dockerfile = dockerfile.Length > 0 ? UnixPath.Join(directory, dockerfile) : directory;
        var path = "";
        if (local is not null && !IsRemote(local.LocalPath))
        {
            path = local.LocalPath == "-" ? "" : local.LocalPath;
            if (local.DockerfilePath is not ("" or "-" or "Dockerfile"))
                dockerfile = local.DockerfilePath;
        }
        var name = Get("context") ?? (Get("vcs:localdir:context") is { } below && below != "." ? below : null) ?? OfPaths(path, dockerfile);
        if (Get("target") is { Length: > 0 } target)
            name = name.Length > 0 ? $"{name} ({target})" : target;
        return name.Length > 0 ? name : Get("vcs:source") ?? Get("input:context") ?? "";

        string? Get(string key) => attributes.TryGetValue(key, out var value) ? value : null;
    }

    private static string OfPaths(string path, string dockerfile)
    {
        var isDefault = dockerfile.Length == 0 || dockerfile.EndsWith(DefaultFile, StringComparison.Ordinal);
        if (dockerfile.EndsWith(DefaultFile, StringComparison.Ordinal))
            dockerfile = dockerfile[..^DefaultFile.Length];
        // A Dockerfile inside the context is called by where it is there.
        if (dockerfile.Length > path.Length && dockerfile.StartsWith(path, StringComparison.Ordinal))
            return dockerfile[(path.LastIndexOf('/') + 1)..];
        var shown = dockerfile.Length > 0 ? dockerfile : path;
        if (shown.Length == 0)
            return "";
        var slash = shown.LastIndexOf('/');
        var name = shown[(slash + 1)..];
        if (isDefault)
            return name;
        return slash < 0 ? $"{shown}/{name}" : slash == 0 ? $"/{name}" : $"{UnixPath.FileName(shown[..slash])}/{name}";
    }

    private static bool IsRemote(string path) => path.Length > 0 && !Path.IsPathRooted(path) && path != "-" && RemoteContext.IsRemote(path);
}
