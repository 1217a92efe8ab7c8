namespace Buildx.EndToEnd.Tests.CommandLines;

/// <summary>A command line that both programs run.</summary>
/// <param name="Text">As it stands in the table.</param>
/// <param name="Environment">Variables of this line alone, from words <c>NAME=VALUE</c> before the command.</param>
/// <param name="Exceptions">What may and must differ, and why.</param>
internal sealed record ComparedLine(string Text, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Arguments, Dictionary<string, string> Exceptions)
{
    public static ComparedLine Parse(string text)
    {
        var words = SplitWords(text);
        var environment = words.TakeWhile(IsAssignment).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new ComparedLine(text, environment, words[environment.Count..], []);
    }

    private static bool IsAssignment(string word) => word.IndexOf('=') is var at and > 0 && word[..at].All(letter => char.IsAsciiLetterUpper(letter) || letter == '_');

    /// <summary>A shell's words: parted by spaces, kept together by single quotes.</summary>
    private static List<string> SplitWords(string text)
    {
        var words = new List<string>();
        string? word = null;
        var isQuoted = false;
        foreach (var letter in text)
        {
            if (letter == '\'')
                (isQuoted, word) = (!isQuoted, word ?? "");
            else if (letter != ' ' || isQuoted)
                word += letter;
            else if (word is not null)
            {
                words.Add(word);
                word = null;
            }
        }
        return word is null ? words : [.. words, word];
    }
}
