using System.Buffers;
using System.Text.Json;

namespace Buildx.Cli.History.Tracing;

/// <summary>Reads a record's trace: spans as OpenTelemetry's Go library writes them, one JSON object behind the other.</summary>
internal static class SpanReader
{
    /// <exception cref="FormatException">It is something else.</exception>
    public static IReadOnlyList<Span> Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            var spans = new List<Span>();
            var reader = new Utf8JsonReader(new ReadOnlySequence<byte>(json), new JsonReaderOptions { AllowMultipleValues = true });
            while (reader.Read())
            {
                using var document = JsonDocument.ParseValue(ref reader);
                spans.Add(ReadSpan(document.RootElement));
            }
            return spans;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"it is no list of spans: {e.Message}", e);
        }
    }

    private static Span ReadSpan(JsonElement span)
    {
        var status = span.GetProperty("Status");
        var library = Find(span, "InstrumentationLibrary");
        return new Span(
            ReadReference(span.GetProperty("SpanContext")), ReadReference(span.GetProperty("Parent")), Text(span, "Name"),
            span.GetProperty("SpanKind").GetInt32(), span.GetProperty("StartTime").GetDateTimeOffset(), span.GetProperty("EndTime").GetDateTimeOffset())
        {
            IsSampled = Text(span.GetProperty("SpanContext"), "TraceFlags") == "01",
            Attributes = ReadAttributes(span, "Attributes"),
            Events = [.. List(span, "Events").Select(ReadEvent)],
            Links = [.. List(span, "Links").Select(link => ReadReference(link.GetProperty("SpanContext")))],
            Status = ReadStatus(status.GetProperty("Code")),
            StatusText = Text(status, "Description"),
            Library = library is { } known ? Text(known, "Name") : "",
            LibraryVersion = library is { } versioned ? Text(versioned, "Version") : "",
            Resource = ReadAttributes(span, "Resource"),
        };
    }

    private static SpanEvent ReadEvent(JsonElement happened) => new(
        Text(happened, "Name"), happened.GetProperty("Time").GetDateTimeOffset(), ReadAttributes(happened, "Attributes"),
        Find(happened, "DroppedAttributeCount")?.GetInt32() ?? 0);

    private static SpanReference ReadReference(JsonElement context) => new(Text(context, "TraceID"), Text(context, "SpanID"));

    // A name in newer ones, a number in older ones.
    private static SpanStatus ReadStatus(JsonElement code) => code.ValueKind == JsonValueKind.Number
        ? (SpanStatus)code.GetInt32()
        : Enum.TryParse<SpanStatus>(code.GetString(), out var status) ? status : SpanStatus.Unset;

    private static IReadOnlyList<SpanAttribute> ReadAttributes(JsonElement parent, string name) =>
        [.. List(parent, name).Select(attribute => new SpanAttribute(Text(attribute, "Key"), ReadValue(attribute.GetProperty("Value"))))];

    private static object ReadValue(JsonElement value)
    {
        var content = value.GetProperty("Value");
        return content.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => content.GetBoolean(),
            JsonValueKind.Number when Text(value, "Type") == "INT64" => content.TryGetInt64(out var number) ? number : (long)content.GetDouble(),
            JsonValueKind.Number => content.GetDouble(),
            JsonValueKind.String => content.GetString()!,
            _ => content.GetRawText(),
        };
    }

    private static IEnumerable<JsonElement> List(JsonElement parent, string name) =>
        Find(parent, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static string Text(JsonElement parent, string name) => Find(parent, name)?.GetString() ?? "";

    private static JsonElement? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;
}
