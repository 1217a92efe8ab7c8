using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Paths with slashes, as text only, and the user's own directory.</summary>
internal static class PathFunctions
{
    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("basename", "Returns the last element of a path.", HclType.String, [Text("path")], arguments => Value.String(BaseName(arguments[0].AsString))),
        Function("dirname", "Returns the directory of a path.", HclType.String, [Text("path")], arguments => Value.String(DirectoryName(arguments[0].AsString))),
        Function("homedir", "Returns the current user's home directory.", HclType.String, [],
            _ => Value.String(Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))),
    ];

    private static string BaseName(string path)
    {
        if (path.Length == 0)
            return ".";
        var trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 ? "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    private static string DirectoryName(string path) => Clean(path[..(path.LastIndexOf('/') + 1)]);

    /// <summary>The shortest path that means the same, if there are no links.</summary>
    private static string Clean(string path)
    {
        var isRooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0 && parts[^1] != "..")
                    parts.RemoveAt(parts.Count - 1);
                else if (!isRooted)
                    parts.Add(part);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }
        var joined = string.Join('/', parts);
        return isRooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }
}
