namespace Buildx.Protocol.FileSync.Patterns;

/// <summary>Reads a <c>.dockerignore</c>.</summary>
public static class IgnoreFile
{
    /// <summary>
    /// Its patterns: comments (<c>#</c> in the first column) and empty lines left out, each cleaned, a leading slash removed.
    /// </summary>
    public static IReadOnlyList<string> Parse(string text)
    {
        var patterns = new List<string>();
        var lines = text.AsSpan().TrimStart('\ufeff');
        foreach (var range in lines.Split('\n'))
        {
            var line = lines[range];
            if (line.StartsWith('#'))
                continue;
            var pattern = line.Trim();
            if (pattern.IsEmpty)
                continue;
            var isException = pattern[0] == '!';
            if (isException)
                pattern = pattern[1..].Trim();
            var cleaned = pattern.IsEmpty ? "" : RelativePath.Clean(pattern.ToString());
            if (cleaned.Length > 1 && cleaned[0] == '/')
                cleaned = cleaned[1..];
            patterns.Add(isException ? "!" + cleaned : cleaned);
        }
        return patterns;
    }
}
