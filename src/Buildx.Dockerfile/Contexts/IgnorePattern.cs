using System.Text;
using System.Text.RegularExpressions;
using Buildx.Protocol.FileSync.Patterns;

namespace Buildx.Dockerfile;

/// <summary>One pattern of <c>.dockerignore</c>. A regular expression takes a thousand times as long to make as a <see cref="Glob"/>.</summary>
internal sealed class IgnorePattern
{
    private readonly Glob? _glob;
    private readonly Regex? _regex;

    private IgnorePattern(Glob? glob, Regex? regex) => (_glob, _regex) = (glob, regex);

    /// <returns>Null for what is no pattern (<c>[z-a]</c>).</returns>
    public static IgnorePattern? TryParse(string pattern)
    {
        // A last backslash is nothing here, and itself to a glob.
        if (!pattern.EndsWith('\\') && Glob.Create(pattern) is { } glob)
            return new IgnorePattern(glob, null);
        try
        {
            return new IgnorePattern(null, new Regex(ToRegex(pattern), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    public bool IsMatch(ReadOnlySpan<char> path) => _glob?.IsMatch(path) ?? _regex!.IsMatch(path);

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    // "**" at the end takes everything, before a name any number of directories.
                    regex.Append(i + 1 == pattern.Length ? ".*" : "(?:.*/)?");
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '\\':
                    if (++i < pattern.Length)
                        regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
                case '[' when pattern.IndexOf(']', i + 1) is > 0 and var close:
                    var set = pattern[(i + 1)..close].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
                    regex.Append('[').Append(set).Append(']');
                    i = close;
                    break;
                case var literal:
                    regex.Append(Regex.Escape(literal.ToString()));
                    break;
            }
        }
        return regex.Append(@"\z").ToString();
    }
}
