using System.Text;

namespace Buildx.Cli.Values;

/// <summary>One line of comma-separated values: <c>key=value,"key=value with, comma"</c>; a quote inside quotes is doubled.</summary>
internal static class CsvFields
{
    /// <exception cref="CliException">The quotes don't match; the message names the flag.</exception>
    public static IReadOnlyList<string> Split(string flag, string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; ; i++)
        {
            if (i < text.Length && text[i] == '"')
            {
                if (field.Length > 0)
                    throw new CliException($"{flag}: \"{text}\": a quoted part must begin right after a comma");
                for (i++; ; i++)
                {
                    if (i >= text.Length)
                        throw new CliException($"{flag}: \"{text}\": a quotation mark is not closed");
                    if (text[i] != '"')
                        field.Append(text[i]);
                    else if (i + 1 < text.Length && text[i + 1] == '"')
                        field.Append(text[i++]);
                    else
                        break;
                }
                if (++i < text.Length && text[i] != ',')
                    throw new CliException($"{flag}: \"{text}\": a comma must follow a closing quotation mark");
            }
            if (i >= text.Length || text[i] == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (i >= text.Length)
                    return fields;
                continue;
            }
            field.Append(text[i]);
        }
    }

    /// <summary>The fields as key and value; keys in lower case.</summary>
    public static IEnumerable<(string Key, string Value)> SplitPairs(string flag, string text)
    {
        foreach (var field in Split(flag, text))
        {
            var equals = field.IndexOf('=');
            if (equals <= 0)
                throw new CliException($"{flag}: \"{field}\" in \"{text}\" is not of the form key=value");
            yield return (field[..equals].Trim().ToLowerInvariant(), field[(equals + 1)..]);
        }
    }
}
