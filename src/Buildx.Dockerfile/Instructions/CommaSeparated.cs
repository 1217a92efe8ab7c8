using System.Text;

namespace Buildx.Dockerfile;

/// <summary>One record of comma-separated values, where double quotes hold a value with commas together.</summary>
public static class CommaSeparated
{
    /// <exception cref="FormatException">Quotes are in the wrong place.</exception>
    public static IReadOnlyList<string> Split(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; ;)
        {
            field.Clear();
            if (i < text.Length && text[i] == '"')
            {
                for (i++; ; i++)
                {
                    if (i >= text.Length)
                        throw new FormatException($"a double quote is not closed in \"{text}\"");
                    if (text[i] != '"')
                        field.Append(text[i]);
                    else if (i + 1 < text.Length && text[i + 1] == '"')
                        field.Append(text[i++]);
                    else
                        break;
                }
                i++;
                if (i < text.Length && text[i] != ',')
                    throw new FormatException($"only a comma may follow a closing double quote, in \"{text}\"");
            }
            else
            {
                for (; i < text.Length && text[i] != ','; i++)
                {
                    if (text[i] == '"')
                        throw new FormatException($"a double quote stands inside of a value in \"{text}\"; put the whole value into quotes");
                    field.Append(text[i]);
                }
            }
            fields.Add(field.ToString());
            if (i >= text.Length)
                return fields;
            i++;
        }
    }
}
