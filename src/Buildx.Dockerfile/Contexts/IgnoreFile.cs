using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Reads <c>.dockerignore</c>.</summary>
public static class IgnoreFile
{
    /// <returns>Patterns, cleaned; exceptions begin with <c>!</c>.</returns>
    public static IReadOnlyList<string> Parse(string text)
    {
        var patterns = new List<string>();
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            // A comment is one only at the very start of a line.
            if (line.StartsWith('#'))
                continue;
            var pattern = line.Trim();
            if (pattern.Length == 0)
                continue;
            var isException = pattern[0] == '!';
            if (isException)
                pattern = pattern[1..].Trim();
            if (pattern.Length > 0)
            {
                pattern = UnixPath.Clean(pattern);
                if (pattern.Length > 1 && pattern[0] == '/')
                    pattern = pattern[1..];
            }
            patterns.Add(isException ? "!" + pattern : pattern);
        }
        return patterns;
    }
}
