using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>Go's way to write a set: an object whose values are empty objects. Written sorted.</summary>
internal sealed class StringSetJsonConverter : JsonConverter<IReadOnlyCollection<string>>
{
    public override IReadOnlyCollection<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var set = new SortedSet<string>(StringComparer.Ordinal);
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            // Some old tools wrote a list here.
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                set.Add(reader.GetString()!);
            return set;
        }
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object whose keys are the set");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            set.Add(reader.GetString()!);
            reader.Read();
            reader.Skip();
        }
        return set;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyCollection<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var item in value.Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject(item);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
