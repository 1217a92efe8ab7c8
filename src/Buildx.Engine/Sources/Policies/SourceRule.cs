using System.Text;
using System.Text.RegularExpressions;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;
using MatchType = Buildx.Protocol.SourcePolicies.MatchType;

namespace Buildx.Engine.Sources.Policies;

/// <summary>One rule of a source policy, with its pattern compiled.</summary>
internal sealed class SourceRule
{
    private readonly Rule _rule;
    private readonly Regex? _pattern;
    private readonly List<(AttrConstraint Constraint, Regex? Pattern)> _constraints;

    private SourceRule(Rule rule)
    {
        _rule = rule;
        _pattern = rule.Selector.MatchType switch
        {
            MatchType.Exact => null,
            MatchType.Regex => Compile(rule.Selector.Identifier),
            MatchType.Wildcard => Compile(ToPattern(rule.Selector.Identifier)),
            var other => throw new FormatException($"source policy: match type {other} is not known"),
        };
        _constraints = [.. rule.Selector.Constraints.Select(constraint => (constraint, constraint.Condition switch
        {
            AttrMatch.Matches => Compile(constraint.Value),
            AttrMatch.Equal or AttrMatch.Notequal => null,
            var other => throw new FormatException($"source policy: condition {other} is not known"),
        }))];
    }

    public PolicyAction Action => _rule.Action;

    /// <exception cref="FormatException">It makes no sense.</exception>
    public static SourceRule Parse(Rule rule)
    {
        if (rule.Selector is null)
            throw new FormatException("source policy: a rule has no selector");
        if (rule.Action is not (PolicyAction.Allow or PolicyAction.Deny or PolicyAction.Convert))
            throw new FormatException($"source policy: action {rule.Action} is not known");
        if (rule is { Action: PolicyAction.Convert, Updates: null })
            throw new FormatException($"source policy: the rule that converts {rule.Selector.Identifier} does not say into what");
        return new SourceRule(rule);
    }

    public bool Matches(SourceOp source)
    {
        foreach (var (constraint, pattern) in _constraints)
        {
            var value = source.Attrs.TryGetValue(constraint.Key, out var found) ? found : "";
            var holds = constraint.Condition switch
            {
                AttrMatch.Equal => value == constraint.Value,
                AttrMatch.Notequal => value != constraint.Value,
                _ => pattern!.IsMatch(value),
            };
            if (!holds)
                return false;
        }
        return source.Identifier == _rule.Selector.Identifier || _pattern?.IsMatch(source.Identifier) is true;
    }

    /// <returns>Whether this made a difference.</returns>
    public bool Convert(SourceOp source)
    {
        var format = _rule.Updates.Identifier is { Length: > 0 } given ? given : _rule.Selector.Identifier;
        var identifier = _pattern is null ? format : _pattern.Replace(source.Identifier, match => Expand(format, match));
        var changed = identifier.Length > 0 && identifier != source.Identifier;
        if (changed)
            source.Identifier = identifier;
        foreach (var (key, value) in _rule.Updates.Attrs)
        {
            if (source.Attrs.TryGetValue(key, out var now) && now == value)
                continue;
            source.Attrs[key] = value;
            changed = true;
        }
        return changed;
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            // Go writes named groups with a P.
            return new Regex(pattern.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"source policy: \"{pattern}\" is no regular expression: {e.Message}", e);
        }
    }

    private static string ToPattern(string wildcard) => wildcard.Contains("**", StringComparison.Ordinal)
        ? throw new FormatException($"source policy: \"**\" in \"{wildcard}\" means nothing: want *")
        : "^" + Regex.Escape(wildcard).Replace("\\*", "(.*)", StringComparison.Ordinal) + "$";

    /// <summary>Replaces <c>$1</c>, <c>${1}</c>, <c>${name}</c> by what was matched, <c>$$</c> by a dollar: Go's rules, where a name is as long as it can be.</summary>
    private static string Expand(string format, Match match)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '$' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            if (format[i + 1] == '$')
            {
                text.Append('$');
                i++;
                continue;
            }
            var braced = format[i + 1] == '{';
            var start = i + (braced ? 2 : 1);
            var end = start;
            while (end < format.Length && (char.IsAsciiLetterOrDigit(format[end]) || format[end] == '_'))
                end++;
            if (end == start || (braced && (end == format.Length || format[end] != '}')))
            {
                text.Append('$');
                continue;
            }
            text.Append(match.Groups[format[start..end]].Value);
            i = braced ? end : end - 1;
        }
        return text.ToString();
    }
}
