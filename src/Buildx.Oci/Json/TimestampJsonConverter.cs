using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>RFC 3339 as Go writes it: UTC is <c>Z</c>, a fraction of seconds only where there is one (here down to 100 ns).</summary>
internal sealed class TimestampJsonConverter : JsonConverter<DateTimeOffset?>
{
    public override bool HandleNull => true;

    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time))
            return time;
        // Some tools leave it empty.
        if (reader.TokenType == JsonTokenType.String && string.IsNullOrEmpty(reader.GetString()))
            return null;
        throw new JsonException("not a time in RFC 3339 form");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } time)
            writer.WriteStringValue(Format(time));
        else
            writer.WriteNullValue();
    }

    private static string Format(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)
        + (time.Offset == TimeSpan.Zero ? "Z" : time.ToString("zzz", CultureInfo.InvariantCulture));
}
