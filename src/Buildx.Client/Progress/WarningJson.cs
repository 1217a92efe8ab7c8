using System.Text;
using System.Text.Json;

namespace Buildx.Client.Progress;

/// <summary>Warnings as BuildKit's clients write them.</summary>
public static class WarningJson
{
    /// <summary>A list of them, as a value.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<BuildWarning> warnings)
    {
        json.WriteStartArray();
        foreach (var warning in warnings)
        {
            json.WriteStartObject();
            Write(json, warning);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static void Write(Utf8JsonWriter json, BuildWarning warning)
    {
        WriteText(json, "vertex", warning.Vertex);
        if (warning.Level != 0)
            json.WriteNumber("level", warning.Level);
        json.WriteBase64String("short", Encoding.UTF8.GetBytes(warning.Message));
        if (warning.Detail.Count > 0)
        {
            json.WriteStartArray("detail");
            foreach (var line in warning.Detail)
                json.WriteBase64StringValue(Encoding.UTF8.GetBytes(line));
            json.WriteEndArray();
        }
        WriteText(json, "url", warning.Url);
        if (warning.Source is { } source)
        {
            json.WriteStartObject("sourceInfo");
            WriteText(json, "filename", source.Filename);
            json.WriteBase64String("data", source.Data.Span);
            WriteText(json, "language", source.Language);
            json.WriteEndObject();
        }
        if (warning.Ranges.Count == 0)
            return;
        json.WriteStartArray("range");
        foreach (var range in warning.Ranges)
        {
            json.WriteStartObject();
            WritePosition(json, "start", range.Start);
            WritePosition(json, "end", range.End);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePosition(Utf8JsonWriter json, string name, Protocol.Pb.Position? position)
    {
        if (position is null)
            return;
        json.WriteStartObject(name);
        if (position.Line != 0)
            json.WriteNumber("line", position.Line);
        if (position.Character != 0)
            json.WriteNumber("character", position.Character);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
            json.WriteString(name, value);
    }
}
