namespace Buildx.Dockerfile;

/// <summary>Whether patterns of <c>.dockerignore</c> leave a path out: the last that matches the path, or a directory above it, decides.</summary>
public sealed class IgnoreMatcher
{
    // Null for what is no pattern: it matches nothing here; whoever sends the files reports it.
    private readonly (string Text, bool IsException, IgnorePattern? Pattern)[] _patterns;

    public IgnoreMatcher(IEnumerable<string> patterns) => _patterns = patterns
        .Select(pattern => pattern.StartsWith('!') ? (pattern[1..], true) : (pattern, false))
        .Where(pattern => pattern.Item1.Length > 0)
        .Select(pattern => (pattern.Item1, pattern.Item2, IgnorePattern.TryParse(pattern.Item1)))
        .ToArray();

    public bool HasExceptions => _patterns.Any(pattern => pattern.IsException);

    public bool IgnoresEverything => _patterns.Any(pattern => !pattern.IsException && pattern.Text is "*" or "**" or "**/*");

    /// <param name="path">Relative to the context.</param>
    public bool IsIgnored(string path)
    {
        path = path.TrimStart('/');
        var ignored = false;
        foreach (var (_, isException, pattern) in _patterns)
        {
            if (isException != ignored || pattern is null)
                continue;
            if (MatchesSelfOrParent(pattern, path))
                ignored = !isException;
        }
        return ignored;
    }

    private static bool MatchesSelfOrParent(IgnorePattern pattern, string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (pattern.IsMatch(path.AsSpan(0, end)))
                return true;
            if (end == 1 || path.LastIndexOf('/', end - 1) < 0)
                break;
        }
        return false;
    }
}
