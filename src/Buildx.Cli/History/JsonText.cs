using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Buildx.Cli.History;

/// <summary>JSON for people and scripts.</summary>
internal static class JsonText
{
    public static string Indented(JsonNode json) => Write(json, indented: true);

    public static string OneLine(JsonNode json) => Write(json, indented: false);

    private static string Write(JsonNode json, bool indented)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            json.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
