using System.Text;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Comma-separated values: fields may be quoted, a quote in them is doubled, and empty lines count for nothing.</summary>
internal static class CsvReader
{
    public static List<CsvRow>? Read(string text, out string error)
    {
        var rows = new List<CsvRow>();
        var line = 1;
        error = "";
        for (var position = 0; position < text.Length;)
        {
            if (text[position] == '\n' || (text[position] == '\r' && position + 1 < text.Length && text[position + 1] == '\n'))
            {
                position += text[position] == '\n' ? 1 : 2;
                line++;
                continue;
            }
            var start = line;
            if (ReadRow(text, ref position, ref line, out error) is not { } fields)
                return null;
            rows.Add(new CsvRow(start, fields));
        }
        return rows;
    }

    private static List<string>? ReadRow(string text, ref int position, ref int line, out string error)
    {
        var fields = new List<string>();
        while (true)
        {
            var isQuoted = position < text.Length && text[position] == '"';
            var field = isQuoted ? ReadQuoted(text, ref position, ref line, out error) : ReadPlain(text, ref position, line, out error);
            if (field is null)
                return null;
            fields.Add(field);
            if (position < text.Length && text[position] == ',')
            {
                position++;
                continue;
            }
            if (position < text.Length)
            {
                position++;
                line++;
            }
            return fields;
        }
    }

    private static string? ReadPlain(string text, ref int position, int line, out string error)
    {
        var end = text.AsSpan(position).IndexOfAny(',', '\n');
        end = end < 0 ? text.Length : position + end;
        var field = text[position..end];
        if (end < text.Length && text[end] == '\n')
            field = field.TrimEnd('\r');
        error = field.Contains('"', StringComparison.Ordinal) ? $"has a quote within a field that is not quoted, in line {line}" : "";
        position = end;
        return error.Length > 0 ? null : field;
    }

    private static string? ReadQuoted(string text, ref int position, ref int line, out string error)
    {
        var field = new StringBuilder();
        var start = line;
        for (position++; position < text.Length; position++)
        {
            var c = text[position];
            if (c != '"')
            {
                line += c == '\n' ? 1 : 0;
                if (c != '\r' || position + 1 >= text.Length || text[position + 1] != '\n')
                    field.Append(c);
                continue;
            }
            if (position + 1 < text.Length && text[position + 1] == '"')
            {
                field.Append('"');
                position++;
                continue;
            }
            position++;
            if (position + 1 < text.Length && text[position] == '\r' && text[position + 1] == '\n')
                position++;
            error = position < text.Length && text[position] is not (',' or '\n') ? $"has something behind a quoted field, in line {line}" : "";
            return error.Length > 0 ? null : field.ToString();
        }
        error = $"has a quoted field that is never closed, in line {start}";
        return null;
    }
}
