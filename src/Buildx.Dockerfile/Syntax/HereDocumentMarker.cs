namespace Buildx.Dockerfile;

/// <summary>The word that announces a here-document: <c>&lt;&lt;EOF</c>, <c>3&lt;&lt;-"EOF"</c>.</summary>
public sealed record HereDocumentMarker(string Name, bool Expand, bool StripTabs)
{
    private static readonly WordExpander Plain = new('\\') { KeepUnsetVariables = true };
    private static readonly WordExpander Raw = new('\\') { KeepUnsetVariables = true, KeepQuotes = true };
    private static readonly WordExpander RawWords = new('\\') { KeepUnsetVariables = true, KeepQuotes = true, KeepEscapes = true };

    /// <returns>Null when the word announces nothing.</returns>
    public static HereDocumentMarker? TryParse(string word)
    {
        if (!word.Contains("<<", StringComparison.Ordinal))
            return null;
        if (!TryTake(word, out var strip, out var name))
            return null;
        // Most names are plain.
        if (name.All(char.IsAsciiLetterOrDigit))
            return new HereDocumentMarker(name, true, strip);
        try
        {
            // Quotes that go away when the word is read were quotes: then the content is not expanded.
            var words = Plain.ExpandWords(name, VariableSet.Empty);
            if (words.Count != 1)
                return null;
            var raw = Raw.ExpandWords(name, VariableSet.Empty);
            return raw.Count == 1 ? new HereDocumentMarker(words[0], Quotes(words[0]) == Quotes(raw[0]), strip) : null;
        }
        catch (ExpansionException)
        {
            return null;
        }
    }

    /// <summary>All that a line announces, in order.</summary>
    public static IReadOnlyList<HereDocumentMarker> FindAll(string line) => Find(line).Select(found => found.Marker).ToArray();

    /// <summary>The same with the place of each in the line.</summary>
    internal static IReadOnlyList<(HereDocumentMarker Marker, int Start, int Length)> Find(string line)
    {
        if (!line.Contains("<<", StringComparison.Ordinal))
            return [];
        try
        {
            var found = new List<(HereDocumentMarker, int, int)>();
            var at = 0;
            foreach (var word in RawWords.ExpandWords(line, VariableSet.Empty))
            {
                // A word is as it was written, save for what stands in a substitution.
                var start = line.IndexOf(word, at, StringComparison.Ordinal);
                if (start >= 0)
                    at = start + word.Length;
                if (TryParse(word) is { } marker)
                    found.Add((marker, Math.Max(start, 0), start < 0 ? line.Length : word.Length));
            }
            return found;
        }
        catch (ExpansionException)
        {
            return [];
        }
    }

    /// <summary><c>[fd]&lt;&lt;[-] name</c>, where nothing of the name is <c>&lt;</c>.</summary>
    private static bool TryTake(string word, out bool strip, out string name)
    {
        (strip, name) = (false, "");
        var at = 0;
        while (at < word.Length && char.IsAsciiDigit(word[at]))
            at++;
        if (string.CompareOrdinal(word, at, "<<", 0, 2) != 0)
            return false;
        at += 2;
        strip = at < word.Length && word[at] == '-';
        if (strip)
            at++;
        name = word[at..].TrimStart('\t', '\n', '\f', '\r', ' ');
        return name.Length > 0 && !name.Contains('<');
    }

    private static int Quotes(string text) => text.Count(c => c is '\'' or '"');
}
