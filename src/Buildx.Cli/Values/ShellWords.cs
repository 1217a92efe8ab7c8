using System.Text;

namespace Buildx.Cli.Values;

/// <summary>Splits one string into words as a shell does, without expanding anything.</summary>
internal static class ShellWords
{
    /// <exception cref="CliException">A quote isn't closed.</exception>
    public static IReadOnlyList<string> Split(string flag, string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                (word ??= new()).Append(text[++i]);
            }
            else if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word!.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                word ??= new();
            }
            else if (char.IsWhiteSpace(c))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new()).Append(c);
            }
        }
        if (quote != '\0')
            throw new CliException($"{flag}: a quotation mark is not closed in: {text}");
        if (word is not null)
            words.Add(word.ToString());
        return words;
    }
}
