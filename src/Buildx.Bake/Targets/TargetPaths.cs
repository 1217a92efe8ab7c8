using Buildx.Oci;

namespace Buildx.Bake.Targets;

/// <summary>Paths that a target names.</summary>
public static class TargetPaths
{
    private const string WorkingDirectory = "cwd://";

    /// <summary>Whether a path is one of this machine even where the definition comes from elsewhere.</summary>
    public static bool IsInWorkingDirectory(string path) => path.StartsWith(WorkingDirectory, StringComparison.Ordinal);

    public static string WithoutScheme(string path) => IsInWorkingDirectory(path) ? UnixPath.Clean(path[WorkingDirectory.Length..]) : path;
}
