namespace Buildx.Engine.CacheTransfer.Keys;

/// <summary>Paths as BuildKit normalises them before they go into a key.</summary>
internal static class GoPath
{
    /// <summary>Cleaned, from the root; the root itself is <c>/</c>.</summary>
    public static string Absolute(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }
        return "/" + string.Join('/', parts);
    }

    /// <summary>The last element; <c>/</c> for the root, <c>.</c> for nothing.</summary>
    public static string Base(string path)
    {
        if (path.Length == 0)
            return ".";
        var trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 ? "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    /// <summary>Whether Go's <c>path.Match</c> would see a pattern.</summary>
    public static bool HasWildcard(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '\\')
                i++;
            else if (name[i] is '*' or '?' or '[')
                return true;
        }
        return false;
    }
}
