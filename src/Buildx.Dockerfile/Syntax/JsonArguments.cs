using System.Text;
using System.Text.Json;

namespace Buildx.Dockerfile;

/// <summary>The JSON form of arguments: a list of strings.</summary>
internal static class JsonArguments
{
    /// <summary>A string of the list, and where it stands in the text, quotes included.</summary>
    public readonly record struct Element(string Value, int Start, int Length);

    /// <param name="elements">The strings, when the text is such a list.</param>
    /// <param name="notStrings">The text is a list, but not only of strings.</param>
    public static bool TryParse(string text, out List<Element> elements, out bool notStrings)
    {
        elements = [];
        notStrings = false;
        var trimmed = text.AsSpan().TrimStart();
        if (trimmed is not ['[', ..])
            return false;
        var skipped = text.Length - trimmed.Length;
        var bytes = Encoding.UTF8.GetBytes(text, skipped, trimmed.Length);
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 1000 });
            reader.Read();
            // Bytes are counted as characters from where the last element ended.
            var (offset, characters) = (0, skipped);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 0)
                    break;
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.String)
                {
                    notStrings = true;
                    continue;
                }
                var start = (int)reader.TokenStartIndex;
                var end = (int)reader.BytesConsumed;
                characters += Encoding.UTF8.GetCharCount(bytes.AsSpan(offset..start));
                var length = Encoding.UTF8.GetCharCount(bytes.AsSpan(start..end));
                elements.Add(new Element(GetString(ref reader), characters, length));
                (offset, characters) = (end, characters + length);
            }
            // Anything behind the list makes the whole no list.
            return !reader.Read();
        }
        catch (JsonException)
        {
            elements = [];
            notStrings = false;
            return false;
        }
    }

    private static string GetString(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return ReplaceHalfSurrogates(reader.ValueSpan);
        }
    }

    /// <summary>Half a surrogate pair (<c>\ud800</c>) becomes U+FFFD, as any other character that is none.</summary>
    private static string ReplaceHalfSurrogates(ReadOnlySpan<byte> json)
    {
        var text = Encoding.UTF8.GetString(json);
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }
            i++;
            if (text[i] == 'u')
                result.Append((char)Convert.ToUInt16(text.Substring(i + 1, 4), 16));
            else
                result.Append(text[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
            i += text[i] == 'u' ? 4 : 0;
        }
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(result.ToString()));
    }
}
