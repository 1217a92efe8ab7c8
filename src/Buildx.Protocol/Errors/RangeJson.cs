using System.Text.Json;
using Buildx.Protocol.Pb;

namespace Buildx.Protocol.Errors;

/// <summary>Places in a file as Go's plain JSON of the messages has them.</summary>
public static class RangeJson
{
    /// <summary>Writes the property <c>ranges</c>.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<Pb.Range> ranges)
    {
        json.WriteStartArray("ranges");
        foreach (var range in ranges)
        {
            json.WriteStartObject();
            WritePosition(json, "start", range.Start);
            WritePosition(json, "end", range.End);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePosition(Utf8JsonWriter json, string name, Position? position)
    {
        json.WriteStartObject(name);
        // Go leaves zeros out.
        if (position?.Line is { } line and not 0)
            json.WriteNumber("line", line);
        if (position?.Character is { } character and not 0)
            json.WriteNumber("character", character);
        json.WriteEndObject();
    }
}
