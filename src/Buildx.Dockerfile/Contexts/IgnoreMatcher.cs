using System.Text;
using System.Text.RegularExpressions;

namespace Buildx.Dockerfile;

/// <summary>Whether patterns of <c>.dockerignore</c> leave a path out: the last that matches the path, or a directory above it, decides.</summary>
public sealed class IgnoreMatcher
{
    private readonly (string Text, bool IsException, Regex? Pattern)[] _patterns;

    public IgnoreMatcher(IEnumerable<string> patterns) => _patterns = patterns
        .Select(pattern => pattern.StartsWith('!') ? (pattern[1..], true) : (pattern, false))
        .Where(pattern => pattern.Item1.Length > 0)
        .Select(pattern => (pattern.Item1, pattern.Item2, Compile(pattern.Item1)))
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

    /// <returns>Null for what is no pattern (<c>[z-a]</c>): it matches nothing here; whoever sends the files reports it.</returns>
    private static Regex? Compile(string pattern)
    {
        try
        {
            return new Regex(ToRegex(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static bool MatchesSelfOrParent(Regex pattern, string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (pattern.IsMatch(path[..end]))
                return true;
            if (end == 1 || path.LastIndexOf('/', end - 1) < 0)
                break;
        }
        return false;
    }

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '*')
            {
                if (i + 1 >= pattern.Length || pattern[i + 1] != '*')
                {
                    regex.Append("[^/]*");
                    continue;
                }
                i++;
                if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                    i++;
                // "**" at the end takes everything, before a name any number of directories.
                regex.Append(i + 1 == pattern.Length ? ".*" : "(?:.*/)?");
            }
            else if (c == '?')
            {
                regex.Append("[^/]");
            }
            else if (c == '\\')
            {
                if (++i < pattern.Length)
                    regex.Append(Regex.Escape(pattern[i].ToString()));
            }
            else if (c == '[' && pattern.IndexOf(']', i + 1) is > 0 and var close)
            {
                var set = pattern[(i + 1)..close].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
                regex.Append('[').Append(set).Append(']');
                i = close;
            }
            else
            {
                regex.Append(Regex.Escape(c.ToString()));
            }
        }
        return regex.Append(@"\z").ToString();
    }
}
