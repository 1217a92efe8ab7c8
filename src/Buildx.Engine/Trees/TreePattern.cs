using System.Text;
using System.Text.RegularExpressions;

namespace Buildx.Engine.Trees;

/// <summary>
/// One pattern of <c>.dockerignore</c>'s kind: shell wildcards within a component, <c>**</c> over any number of components,
/// and a leading <c>!</c> that takes back what earlier patterns matched.
/// </summary>
internal sealed class TreePattern
{
    private enum Kind { Exact, Prefix, Suffix, Expression }

    private readonly Kind _kind;
    private readonly string _text;
    private readonly Regex? _expression;

    private TreePattern(string pattern, bool isNegated)
    {
        Text = pattern;
        IsNegated = isNegated;
        (_kind, _expression) = Compile(pattern);
        _text = _kind switch
        {
            Kind.Prefix => pattern[..^2],
            Kind.Suffix => pattern[2..],
            _ => pattern,
        };
        // "dir/*" and "dir/**" reach the same directories as "dir".
        Stem = pattern.EndsWith("/**", StringComparison.Ordinal) ? pattern[..^3]
            : pattern.EndsWith("/*", StringComparison.Ordinal) ? pattern[..^2] : pattern;
        IsPlainStem = Stem.AsSpan().IndexOfAny("*[]?^\\") < 0;
    }

    public string Text { get; }

    public bool IsNegated { get; }

    /// <summary>The pattern without a trailing wildcard component.</summary>
    public string Stem { get; }

    public bool IsPlainStem { get; }

    /// <returns>Null for an empty pattern, which means nothing.</returns>
    /// <exception cref="FormatException">The pattern is malformed.</exception>
    public static TreePattern? Parse(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
            return null;
        var negated = text[0] == '!';
        if (text is "!")
            throw new FormatException("\"!\" is not a pattern: it must be followed by what it takes back");
        var body = negated ? text[1..] : text;
        var clean = body.StartsWith('/') ? TreePath.Clean(body) : TreePath.Clean(body)[1..];
        if (clean.Length == 0)
            clean = ".";
        try
        {
            return new TreePattern(clean, negated);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"\"{text}\" is not a pattern: {exception.Message}", exception);
        }
    }

    public bool IsMatch(string path) => _kind switch
    {
        Kind.Exact => path == _text,
        Kind.Prefix => path.StartsWith(_text, StringComparison.Ordinal),
        Kind.Suffix => path.EndsWith(_text, StringComparison.Ordinal)
            || (_text.StartsWith('/') && path.AsSpan().SequenceEqual(_text.AsSpan(1))),
        _ => _expression!.IsMatch(path),
    };

    private static (Kind, Regex?) Compile(string pattern)
    {
        var kind = Kind.Exact;
        var expression = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            switch (c)
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    var first = i == 0;
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    if (i + 1 == pattern.Length)
                    {
                        expression.Append(".*");
                        kind = kind == Kind.Exact ? Kind.Prefix : Kind.Expression;
                    }
                    else
                    {
                        expression.Append("(.*/)?");
                        kind = Kind.Expression;
                    }
                    if (first)
                        kind = Kind.Suffix;
                    break;
                case '*':
                    expression.Append("[^/]*");
                    kind = Kind.Expression;
                    break;
                case '?':
                    expression.Append("[^/]");
                    kind = Kind.Expression;
                    break;
                case '\\':
                    expression.Append(Regex.Escape(i + 1 < pattern.Length ? pattern[++i].ToString() : "\\"));
                    kind = Kind.Expression;
                    break;
                case '[' or ']':
                    expression.Append(c);
                    kind = Kind.Expression;
                    break;
                case '^' or '-':
                    expression.Append(c);
                    break;
                default:
                    expression.Append(Regex.Escape(c.ToString()));
                    break;
            }
        }
        expression.Append("\\z");
        return kind == Kind.Expression
            ? (kind, new Regex(expression.ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline))
            : (kind, null);
    }
}
