using System.Text;
using System.Text.RegularExpressions;

namespace Buildx.Protocol.FileSync.Patterns;

/// <summary>
/// One pattern of <c>.dockerignore</c>, <c>--exclude</c> or an include list, with the meaning that moby/patternmatcher gives it:
/// <c>*</c> and <c>?</c> stay within a path component, <c>**</c> spans any number of them, <c>[…]</c> is a class, <c>\</c> escapes.
/// </summary>
public sealed class PathPattern
{
    private const string Wildcards = "*[]?^\\";

    private readonly Kind _kind;
    private readonly string _literal;
    private readonly Glob? _glob;
    private readonly Regex? _regex;

    // With what anything that a pattern with wildcards matches begins and ends: most paths are told by it.
    private readonly string _start = "";
    private readonly string _end = "";

    private PathPattern(string text, bool isException, Kind kind, string literal, Glob? glob = null, Regex? regex = null)
    {
        (Text, IsException, _kind, _literal, _glob, _regex) = (text, isException, kind, literal, glob, regex);
        if (kind == Kind.Wildcards)
        {
            _start = text[..text.AsSpan().IndexOfAny(Wildcards)];
            var last = text.AsSpan().LastIndexOfAny(Wildcards);
            // What follows a backslash is literal too, but a slash behind two stars belongs to them.
            _end = text[(last + 1)..].TrimStart('/');
        }
        WithoutTrailingGlob = text.EndsWith("/**", StringComparison.Ordinal) ? text[..^3] : text.EndsWith("/*", StringComparison.Ordinal) ? text[..^2] : text;
        HasWildcards = text.AsSpan().IndexOfAny(Wildcards) >= 0;
        IsPrefix = WithoutTrailingGlob.AsSpan().IndexOfAny(Wildcards) < 0;
    }

    private enum Kind
    {
        Exact,
        Prefix,
        Suffix,
        Wildcards,
    }

    /// <summary>The pattern, cleaned, without the <c>!</c>.</summary>
    public string Text { get; }

    /// <summary>Whether it began with <c>!</c>: what it matches is taken out of what earlier patterns matched.</summary>
    public bool IsException { get; }

    /// <summary>Whether anything in it is not a literal name.</summary>
    public bool HasWildcards { get; }

    /// <summary>The pattern without a final <c>/*</c> or <c>/**</c>.</summary>
    internal string WithoutTrailingGlob { get; }

    /// <summary>Whether it is a literal path but for a final <c>/*</c> or <c>/**</c>.</summary>
    internal bool IsPrefix { get; }

    /// <exception cref="FormatException">The pattern is malformed.</exception>
    public static PathPattern? Parse(string text)
    {
        var pattern = text.Trim();
        if (pattern.Length == 0)
            return null;
        pattern = RelativePath.Clean(pattern);
        var isException = pattern[0] == '!';
        if (isException)
            pattern = pattern[1..];
        if (pattern.Length == 0)
            throw new FormatException("illegal exclusion pattern: \"!\"");
        CheckSyntax(pattern);
        var (kind, regex) = Compile(pattern);
        return kind switch
        {
            Kind.Prefix => new PathPattern(pattern, isException, kind, pattern[..^2]),
            Kind.Suffix => new PathPattern(pattern, isException, kind, pattern[2..]),
            Kind.Wildcards when Glob.Create(pattern) is { } glob => new PathPattern(pattern, isException, kind, pattern, glob),
            Kind.Wildcards => new PathPattern(pattern, isException, kind, pattern, regex: ToRegex(regex, pattern)),
            _ => new PathPattern(pattern, isException, kind, pattern),
        };
    }

    /// <summary>Whether the pattern matches this very path (not only one of its parents).</summary>
    public bool IsMatch(ReadOnlySpan<char> path) => _kind switch
    {
        Kind.Exact => path.SequenceEqual(_literal),
        Kind.Prefix => path.StartsWith(_literal),
        Kind.Suffix => path.EndsWith(_literal) || (_literal is ['/', ..] && path.SequenceEqual(_literal.AsSpan(1))),
        _ => path.Length >= _start.Length + _end.Length && path.StartsWith(_start) && path.EndsWith(_end) && (_glob?.IsMatch(path) ?? _regex!.IsMatch(path)),
    };

    public override string ToString() => IsException ? "!" + Text : Text;

    private static (Kind Kind, string Regex) Compile(string pattern)
    {
        var regex = new StringBuilder("\\A");
        var kind = Kind.Exact;
        for (var (i, token) = (0, 0); i < pattern.Length; i++, token++)
        {
            var c = pattern[i];
            switch (c)
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    if (i + 1 >= pattern.Length)
                    {
                        if (kind == Kind.Exact)
                        {
                            kind = Kind.Prefix;
                        }
                        else
                        {
                            regex.Append(".*");
                            kind = Kind.Wildcards;
                        }
                    }
                    else
                    {
                        regex.Append("(.*/)?");
                        kind = Kind.Wildcards;
                    }
                    if (token == 0)
                        kind = Kind.Suffix;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    kind = Kind.Wildcards;
                    break;
                case '?':
                    regex.Append("[^/]");
                    kind = Kind.Wildcards;
                    break;
                case '\\' when i + 1 < pattern.Length:
                    regex.Append(Regex.Escape(pattern[++i].ToString()));
                    kind = Kind.Wildcards;
                    break;
                case '[' or ']':
                    regex.Append(c);
                    kind = Kind.Wildcards;
                    break;
                case '.' or '+' or '(' or ')' or '|' or '{' or '}' or '$' or '\\' or '#' or ' ':
                    regex.Append('\\').Append(c);
                    break;
                default:
                    regex.Append(c);
                    break;
            }
        }
        return (kind, regex.Append("\\z").ToString());
    }

    private static Regex ToRegex(string regex, string pattern)
    {
        try
        {
            // No backtracking: patterns come from files that nobody checked.
            return new Regex(regex, RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"syntax error in pattern \"{pattern}\"", exception);
        }
    }

    /// <summary>Class brackets must be closed and not empty, an escape must have something to escape.</summary>
    private static void CheckSyntax(string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                if (++i >= pattern.Length)
                    throw new FormatException($"syntax error in pattern \"{pattern}\": nothing follows the last \\");
            }
            else if (pattern[i] == '[')
            {
                var start = ++i;
                if (i < pattern.Length && pattern[i] == '^')
                    start = ++i;
                while (i < pattern.Length && (pattern[i] != ']' || i == start))
                    i += pattern[i] == '\\' ? 2 : 1;
                if (i >= pattern.Length)
                    throw new FormatException($"syntax error in pattern \"{pattern}\": [ is not closed");
            }
        }
    }
}
