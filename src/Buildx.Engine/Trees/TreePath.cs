namespace Buildx.Engine.Trees;

/// <summary>Paths inside a tree: absolute, with <c>/</c>, purely textual.</summary>
internal static class TreePath
{
    /// <summary><c>a//b/../c/</c> becomes <c>/a/c</c>. Nothing leads above the root.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                if (parts.Count > 0)
                    parts.RemoveAt(parts.Count - 1);
                continue;
            }
            parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }

    /// <summary>As <see cref="Clean"/>, but a trailing <c>/</c> or <c>/.</c> stays: copies tell <c>dir</c> from <c>dir/</c>.</summary>
    public static string CleanKeepingEnd(string path)
    {
        var clean = Clean(path);
        if (path.EndsWith("/.", StringComparison.Ordinal))
            return clean == "/" ? "/." : clean + "/.";
        return path.EndsWith('/') && clean != "/" ? clean + "/" : clean;
    }

    /// <summary>The last component; empty for the root.</summary>
    public static string NameOf(string path)
    {
        var clean = path.AsSpan().TrimEnd('/');
        return clean[(clean.LastIndexOf('/') + 1)..].ToString();
    }

    /// <summary>Everything before the last component: <c>/a</c> for <c>/a/b</c>, <c>/</c> for <c>/a</c> and <c>/</c>.</summary>
    public static string ParentOf(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    public static string Join(string directory, string name) =>
        directory.Length == 0 || directory[^1] == '/' ? directory + name : directory + "/" + name;

    /// <summary>Components of a clean path.</summary>
    public static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
