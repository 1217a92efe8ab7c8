using System.Text;
using System.Text.Json;

namespace Buildx.Dockerfile;

/// <summary>The JSON form of arguments: a list of strings.</summary>
internal static class JsonArguments
{
    /// <param name="values">The strings, when the text is such a list.</param>
    /// <param name="notStrings">The text is a list, but not only of strings.</param>
    public static bool TryParse(string text, out List<string> values, out bool notStrings)
    {
        values = [];
        notStrings = false;
        if (!text.AsSpan().TrimStart().StartsWith("["))
            return false;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text.TrimStart()), new JsonReaderOptions { MaxDepth = 1000 });
            reader.Read();
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 0)
                    break;
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.String)
                    values.Add(GetString(ref reader));
                else
                    notStrings = true;
            }
            // Anything behind the list makes the whole no list.
            return !reader.Read();
        }
        catch (JsonException)
        {
            values = [];
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
            // Half a surrogate pair (\ud800): replaced, as any other character that is none.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
