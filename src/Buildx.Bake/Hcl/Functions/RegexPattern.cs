using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>A regular expression in RE2's syntax, as bake files have them. Time is linear in the text, whatever the pattern.</summary>
internal sealed class RegexPattern
{
    private readonly Regex _regex;

    private RegexPattern(Regex regex, IReadOnlyList<string?> groupNames)
    {
        _regex = regex;
        GroupNames = groupNames;
    }

    /// <summary>Of each group its name, or null.</summary>
    public IReadOnlyList<string?> GroupNames { get; }

    public bool HasMixedGroups => GroupNames.Any(name => name is null) && GroupNames.Any(name => name is not null);

    public static RegexPattern? Parse(string pattern, out string error)
    {
        var translator = new RegexTranslator(pattern);
        if (translator.Translate() is not { } translated)
        {
            error = $"is no regular expression: {translator.Error}";
            return null;
        }
        try
        {
            error = "";
            return new RegexPattern(new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), translator.GroupNames);
        }
        catch (RegexParseException exception)
        {
            error = $"is no regular expression: {Describe(exception.Error)}";
            return null;
        }
        catch (NotSupportedException)
        {
            error = "is a regular expression that is too large";
            return null;
        }
    }

    /// <summary>All matches, none of which begins within another. An empty one does not follow directly on another.</summary>
    public IEnumerable<RegexMatch> Matches(string text)
    {
        var end = -1;
        for (var match = _regex.Match(text); match.Success; match = match.NextMatch())
        {
            var isWithinCharacter = match.Index > 0 && match.Index < text.Length && char.IsLowSurrogate(text[match.Index]) && char.IsHighSurrogate(text[match.Index - 1]);
            if (match.Length == 0 && (match.Index == end || isWithinCharacter))
                continue;
            end = match.Index + match.Length;
            var groups = new string?[GroupNames.Count + 1];
            for (var i = 0; i < groups.Length; i++)
                groups[i] = match.Groups[i].Success ? match.Groups[i].Value : null;
            yield return new RegexMatch(match.Index, match.Length, groups);
        }
    }

    public int? FindGroup(string name)
    {
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        for (var i = 0; i < GroupNames.Count; i++)
        {
            if (GroupNames[i] == name)
                return i + 1;
        }
        return null;
    }

    private static string Describe(RegexParseError error) => error switch
    {
        RegexParseError.InsufficientClosingParentheses => "a parenthesis is never closed",
        RegexParseError.InsufficientOpeningParentheses => "a parenthesis is closed that was never opened",
        RegexParseError.UnterminatedBracket => "a bracket is never closed",
        RegexParseError.QuantifierAfterNothing => "there is nothing to repeat before a quantifier",
        RegexParseError.NestedQuantifiersNotParenthesized => "a quantifier follows another one",
        RegexParseError.ReversedCharacterRange or RegexParseError.ReversedQuantifierRange => "a range ends before it begins",
        RegexParseError.InvalidUnicodePropertyEscape => "a class of characters is unknown",
        RegexParseError.UnescapedEndingBackslash => "a backslash stands at the end",
        _ => "a construct in it is not known",
    };
}
