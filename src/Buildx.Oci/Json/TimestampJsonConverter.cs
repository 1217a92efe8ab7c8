using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>RFC 3339, see <see cref="Timestamp"/>.</summary>
internal sealed class TimestampJsonConverter : JsonConverter<Timestamp?>
{
    public override bool HandleNull => true;

    public override Timestamp? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = reader.GetString()!;
            // Some tools leave it empty.
            if (text.Length == 0)
                return null;
            if (Timestamp.TryParse(text, out var time))
                return time;
        }
        throw new JsonException("not a time in RFC 3339 form");
    }

    public override void Write(Utf8JsonWriter writer, Timestamp? value, JsonSerializerOptions options)
    {
        if (value is { } time)
            writer.WriteStringValue(time.ToString());
        else
            writer.WriteNullValue();
    }
}
