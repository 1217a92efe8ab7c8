using System.Text.RegularExpressions;

namespace Buildx.Dockerfile;

/// <summary>The word that announces a here-document: <c>&lt;&lt;EOF</c>, <c>3&lt;&lt;-"EOF"</c>.</summary>
public sealed partial record HereDocumentMarker(string Name, bool Expand, bool StripTabs)
{
    private static readonly WordExpander Plain = new('\\') { KeepUnsetVariables = true };
    private static readonly WordExpander Raw = new('\\') { KeepUnsetVariables = true, KeepQuotes = true };
    private static readonly WordExpander RawWords = new('\\') { KeepUnsetVariables = true, KeepQuotes = true, KeepEscapes = true };

    /// <returns>Null when the word announces nothing.</returns>
    public static HereDocumentMarker? TryParse(string word)
    {
        if (!word.Contains("<<", StringComparison.Ordinal))
            return null;
        var match = Pattern().Match(word);
        var name = match.Groups["name"].Value;
        if (!match.Success || name.Length == 0)
            return null;
        try
        {
            // Quotes that go away when the word is read were quotes: then the content is not expanded.
            var words = Plain.ExpandWords(name, VariableSet.Empty);
            if (words.Count != 1)
                return null;
            var raw = Raw.ExpandWords(name, VariableSet.Empty);
            return raw.Count == 1 ? new HereDocumentMarker(words[0], Quotes(words[0]) == Quotes(raw[0]), match.Groups["strip"].Length > 0) : null;
        }
        catch (ExpansionException)
        {
            return null;
        }
    }

    /// <summary>All that a line announces, in order.</summary>
    public static IReadOnlyList<HereDocumentMarker> FindAll(string line)
    {
        if (!line.Contains("<<", StringComparison.Ordinal))
            return [];
        try
        {
            return RawWords.ExpandWords(line, VariableSet.Empty).Select(TryParse).OfType<HereDocumentMarker>().ToArray();
        }
        catch (ExpansionException)
        {
            return [];
        }
    }

    private static int Quotes(string text) => text.Count(c => c is '\'' or '"');

    [GeneratedRegex(@"\A\d*<<(?<strip>-?)\s*(?<name>[^<]*)\z")]
    private static partial Regex Pattern();
}
