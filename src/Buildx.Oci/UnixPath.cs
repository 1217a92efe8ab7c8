namespace Buildx.Oci;

/// <summary>Lexical work on slash-separated paths, the same on every host. Nothing here looks at a file system.</summary>
public static class UnixPath
{
    public static bool IsAbsolute(string path) => path.StartsWith('/');

    /// <summary>The shortest equal path: no empty parts, no <c>.</c>, and <c>..</c> only at the front of a relative one.</summary>
    public static string Clean(string path)
    {
        if (path.Length == 0)
            return ".";
        if (IsClean(path))
            return path;
        // The next most have just a slash too many at their end.
        if (path[^1] == '/' && path.TrimEnd('/') is { Length: > 0 } trimmed && IsClean(trimmed))
            return trimmed;
        var rooted = path[0] == '/';
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0 && parts[^1] != "..")
                parts.RemoveAt(parts.Count - 1);
            else if (!rooted)
                parts.Add(part);
        }
        var joined = string.Join('/', parts);
        return rooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }

    /// <summary>Most paths are.</summary>
    private static bool IsClean(string path)
    {
        if (path == "/")
            return true;
        var start = path[0] == '/' ? 1 : 0;
        for (var i = start; i <= path.Length; i++)
        {
            if (i < path.Length && path[i] != '/')
                continue;
            if (path.AsSpan(start..i) is "" or "." or "..")
                return false;
            start = i + 1;
        }
        return true;
    }

    /// <summary>Joins and cleans; empty parts do not count.</summary>
    public static string Join(params ReadOnlySpan<string> parts)
    {
        var joined = "";
        foreach (var part in parts)
        {
            if (part.Length > 0)
                joined = joined.Length == 0 ? part : joined.EndsWith('/') || part.StartsWith('/') ? joined + part : joined + "/" + part;
        }
        return joined.Length == 0 ? "" : Clean(joined);
    }

    /// <summary>The last part of the path, without trailing slashes: <c>/</c> for the root, <c>.</c> for an empty path.</summary>
    public static string FileName(string path)
    {
        if (path.Length == 0)
            return ".";
        var trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 ? "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    /// <summary>All but the last part, cleaned.</summary>
    public static string Directory(string path)
    {
        var slash = path.LastIndexOf('/');
        return Clean(slash < 0 ? "" : path[..(slash + 1)]);
    }

    /// <summary>
    /// The absolute form of a destination below <paramref name="parent"/>. With <paramref name="keepSlash"/>
    /// a final <c>/</c> or <c>/.</c>, which say "this is a directory", stay.
    /// </summary>
    public static string Resolve(string parent, string path, bool keepSlash)
    {
        var cleaned = Clean(path);
        if (!IsAbsolute(cleaned))
            cleaned = Join("/", parent, cleaned);
        if (!keepSlash)
            return cleaned;
        if (path.EndsWith('/') && !cleaned.EndsWith('/'))
            return cleaned + "/";
        if (path.EndsWith("/.", StringComparison.Ordinal))
            return (cleaned == "/" ? cleaned : cleaned + "/") + ".";
        return cleaned;
    }
}
