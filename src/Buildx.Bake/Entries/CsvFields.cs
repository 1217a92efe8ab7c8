using System.Text;

namespace Buildx.Bake.Entries;

/// <summary>One line of separated values, as the flags of <c>build</c> have them: a field may be quoted, a quote inside is doubled.</summary>
internal static class CsvFields
{
    /// <exception cref="FormatException">The quotes don't match, or there is nothing.</exception>
    public static IReadOnlyList<string> Split(string text, char separator = ',')
    {
        text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
        if (text.Length == 0)
            throw new FormatException("there is nothing before the end of the line");
        var fields = new List<string>();
        for (var position = 0; ;)
        {
            if (position < text.Length && text[position] == '"')
            {
                fields.Add(ReadQuoted(text, ref position));
            }
            else
            {
                var end = text.IndexOf(separator, position) is var found and >= 0 ? found : text.Length;
                var field = text[position..end];
                fields.Add(field.Contains('"') ? throw new FormatException($"in \"{text}\" a quote stands inside an unquoted value") : field);
                position = end;
            }
            if (position == text.Length)
                return fields;
            if (text[position] != separator)
                throw new FormatException($"in \"{text}\" something follows a closing quote");
            position++;
        }
    }

    /// <summary>A field that <see cref="Split"/> reads back.</summary>
    public static string Quote(string field) =>
        field.AsSpan().IndexOfAny(',', '"') < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string ReadQuoted(string text, ref int position)
    {
        var value = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] != '"')
            {
                value.Append(text[position]);
            }
            else if (position + 1 < text.Length && text[position + 1] == '"')
            {
                value.Append('"');
                position++;
            }
            else
            {
                position++;
                return value.ToString();
            }
        }
        throw new FormatException($"in \"{text}\" a quote is never closed");
    }
}
