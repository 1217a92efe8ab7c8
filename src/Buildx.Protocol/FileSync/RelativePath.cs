namespace Buildx.Protocol.FileSync;

/// <summary>Paths as they travel: relative, with slashes.</summary>
public static class RelativePath
{
    /// <summary>The shortest equivalent by spelling alone: no empty components, no <c>.</c>, no <c>..</c> but at the front; <c>.</c> when nothing is left.</summary>
    public static string Clean(string path)
    {
        var isRooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0 || part == ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts is [.., not ".."])
                parts.RemoveAt(parts.Count - 1);
            else if (!isRooted)
                parts.Add(part);
        }
        var cleaned = string.Join('/', parts);
        return isRooted ? "/" + cleaned : cleaned.Length == 0 ? "." : cleaned;
    }

    /// <summary>The order in which a tree is sent: a directory before what is in it, siblings by the bytes of their names.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        var (a, b) = (left[common], right[common]);
        if (a == '/' || b == '/')
            return a == '/' ? -1 : 1;
        return CompareInUtf8Order(a, b);
    }

    /// <summary>Compares names as their UTF-8 bytes do.</summary>
    public static int CompareNames(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var common = left.CommonPrefixLength(right);
        return common == left.Length || common == right.Length
            ? left.Length.CompareTo(right.Length)
            : CompareInUtf8Order(left[common], right[common]);
    }

    /// <summary>Whether a path that came from the other side is clean, relative and stays inside.</summary>
    public static bool IsSafe(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path.Contains('\0'))
            return false;
        foreach (var range in path.Split('/'))
        {
            if (path[range] is "" or "." or "..")
                return false;
        }
        return true;
    }

    /// <summary>Up to the last slash; empty at the top.</summary>
    public static ReadOnlySpan<char> Parent(ReadOnlySpan<char> path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    // In UTF-16 surrogates come before U+E000 to U+FFFF; in UTF-8, and so everywhere else, behind them.
    private static int CompareInUtf8Order(char a, char b)
    {
        var (first, second) = (char.IsSurrogate(a), char.IsSurrogate(b));
        return first == second ? a.CompareTo(b) : first ? (b >= 0xe000 ? 1 : a.CompareTo(b)) : (a >= 0xe000 ? -1 : a.CompareTo(b));
    }
}
