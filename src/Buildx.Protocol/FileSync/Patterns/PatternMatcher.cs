namespace Buildx.Protocol.FileSync.Patterns;

/// <summary>
/// A list of patterns of which the last that matches decides; a path also matches when one of its parents does. Walks pass on
/// what the parent directory matched, so that each path is compared only by itself.
/// </summary>
public sealed class PatternMatcher
{
    private readonly PathPattern[] _patterns;

    private PatternMatcher(PathPattern[] patterns)
    {
        _patterns = patterns;
        HasExceptions = Array.Exists(patterns, pattern => pattern.IsException);
    }

    public IReadOnlyList<PathPattern> Patterns => _patterns;

    /// <summary>Whether any pattern begins with <c>!</c>.</summary>
    public bool HasExceptions { get; }

    /// <exception cref="FormatException">A pattern is malformed.</exception>
    public static PatternMatcher Parse(IEnumerable<string> patterns) =>
        new([.. patterns.Select(PathPattern.Parse).OfType<PathPattern>()]);

    /// <summary>Whether the path, or a directory it is in, is matched.</summary>
    /// <param name="path">Relative, with slashes.</param>
    public bool IsMatch(ReadOnlySpan<char> path)
    {
        var matched = false;
        foreach (var pattern in _patterns)
        {
            // Only what can change the result so far is looked at.
            if (pattern.IsException == matched && MatchesPathOrParent(pattern, path))
                matched = !pattern.IsException;
        }
        return matched;
    }

    /// <summary>As <see cref="IsMatch(ReadOnlySpan{char})"/>, for a walk.</summary>
    /// <param name="parent">What the directory gave that the path is in; the default value for paths at the top.</param>
    public bool IsMatch(ReadOnlySpan<char> path, in ParentMatches parent, out ParentMatches matches)
    {
        if (parent.CoversAll)
        {
            matches = parent;
            return true;
        }
        var result = new bool[_patterns.Length];
        var matched = Match(path, parent, result);
        matches = new ParentMatches(result, coversAll: matched && !HasExceptions);
        return matched;
    }

    /// <summary>For a file in a walk, whose own matches nobody asks for.</summary>
    public bool IsMatch(ReadOnlySpan<char> path, in ParentMatches parent) => parent.CoversAll || Match(path, parent, default);

    /// <summary>Whether anything below a directory that is itself not matched could match; may err on the side of yes.</summary>
    public bool CanMatchBelow(ReadOnlySpan<char> directory)
    {
        foreach (var pattern in _patterns)
        {
            if (!pattern.IsException && (!pattern.IsPrefix || IsBelow(pattern.WithoutTrailingGlob, directory)))
                return true;
        }
        return false;
    }

    /// <summary>Whether any exception could match below a directory that is matched; may err on the side of yes.</summary>
    public bool CanExceptBelow(ReadOnlySpan<char> directory)
    {
        foreach (var pattern in _patterns)
        {
            if (pattern.IsException && (!pattern.IsPrefix || IsBelow(pattern.WithoutTrailingGlob, directory)))
                return true;
        }
        return false;
    }

    private bool Match(ReadOnlySpan<char> path, in ParentMatches parent, Span<bool> result)
    {
        var matched = false;
        for (var i = 0; i < _patterns.Length; i++)
        {
            var pattern = _patterns[i];
            var match = parent[i];
            if (!match)
            {
                if (pattern.IsException != matched)
                    continue;
                match = parent.IsKnown ? pattern.IsMatch(path) : MatchesPathOrParent(pattern, path);
            }
            if (!result.IsEmpty)
                result[i] = match;
            if (match)
                matched = !pattern.IsException;
        }
        return matched;
    }

    private static bool MatchesPathOrParent(PathPattern pattern, ReadOnlySpan<char> path)
    {
        if (pattern.IsMatch(path))
            return true;
        for (var i = 1; i < path.Length; i++)
        {
            if (path[i] == '/' && pattern.IsMatch(path[..i]))
                return true;
        }
        return false;
    }

    private static bool IsBelow(string pattern, ReadOnlySpan<char> directory) =>
        pattern.AsSpan().StartsWith(directory) && (pattern.Length == directory.Length || pattern[directory.Length] == '/');
}
