using System.Globalization;
using System.Text.Json;

namespace Buildx.Cli.History.Tracing;

/// <summary>A trace in the form that Jaeger's interface answers with, and its viewer and others take.</summary>
internal static class JaegerJson
{
    /// <summary><c>{"data": [TRACE]}</c>; indented, as Docker Buildx prints it.</summary>
    public static byte[] Write(IReadOnlyList<Span> spans)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            WriteTrace(json, spans);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    public static void WriteTrace(Utf8JsonWriter json, IReadOnlyList<Span> spans)
    {
        json.WriteStartObject();
        json.WriteString("traceID", spans[0].Id.Trace);
        json.WriteStartArray("spans");
        for (var i = 0; i < spans.Count; i++)
            WriteSpan(json, spans[i], ProcessOf(i));
        json.WriteEndArray();
        json.WriteStartObject("processes");
        for (var i = 0; i < spans.Count; i++)
        {
            json.WriteStartObject(ProcessOf(i));
            json.WriteString("serviceName", spans[i].Resource.FirstOrDefault(attribute => attribute.Key == "service.name")?.Value.ToString() ?? "");
            WriteTags(json, "tags", [.. spans[i].Resource.Where(attribute => attribute.Key != "service.name")], orNull: true);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteNull("warnings");
        json.WriteEndObject();
    }

    // One for each span, as in Docker Buildx.
    private static string ProcessOf(int index) => string.Create(CultureInfo.InvariantCulture, $"p{index}");

    private static void WriteSpan(Utf8JsonWriter json, Span span, string process)
    {
        json.WriteStartObject();
        json.WriteString("traceID", span.Id.Trace);
        json.WriteString("spanID", span.Id.Span);
        if (span.IsSampled)
            json.WriteNumber("flags", 1);
        json.WriteString("operationName", span.Name);
        json.WriteStartArray("references");
        foreach (var link in span.Links)
            WriteReference(json, "FOLLOWS_FROM", link);
        WriteReference(json, "CHILD_OF", span.Parent);
        json.WriteEndArray();
        json.WriteNumber("startTime", Microseconds(span.Start));
        json.WriteNumber("duration", Math.Max(0, (span.End - span.Start).Ticks / TimeSpan.TicksPerMicrosecond));
        WriteTags(json, "tags", [.. Tags(span)]);
        WriteEvents(json, span.Events);
        json.WriteString("processID", process);
        json.WriteNull("warnings");
        json.WriteEndObject();
    }

    private static IEnumerable<SpanAttribute> Tags(Span span)
    {
        foreach (var attribute in span.Attributes)
            yield return attribute;
        if (span.Library.Length > 0)
            yield return new SpanAttribute("otel.library.name", span.Library);
        if (span.LibraryVersion.Length > 0)
            yield return new SpanAttribute("otel.library.version", span.LibraryVersion);
        if (span.Kind is >= 2 and <= 5)
            yield return new SpanAttribute("span.kind", span.Kind switch { 2 => "server", 3 => "client", 4 => "producer", _ => "consumer" });
        if (span.Status == SpanStatus.Error)
            yield return new SpanAttribute("error", true);
        if (span.Status != SpanStatus.Unset)
            yield return new SpanAttribute("otel.status_code", span.Status == SpanStatus.Error ? "ERROR" : "OK");
        if (span.Status != SpanStatus.Unset && span.StatusText.Length > 0)
            yield return new SpanAttribute("otel.status_description", span.StatusText);
    }

    private static IEnumerable<SpanAttribute> Fields(SpanEvent happened)
    {
        if (happened.Name.Length > 0)
            yield return new SpanAttribute("event", happened.Name);
        foreach (var attribute in happened.Attributes)
            yield return attribute;
        if (happened.Dropped > 0)
            yield return new SpanAttribute("otel.event.dropped_attributes_count", (long)happened.Dropped);
    }

    private static void WriteEvents(Utf8JsonWriter json, IReadOnlyList<SpanEvent> events)
    {
        if (events.Count == 0)
        {
            json.WriteNull("logs");
            return;
        }
        json.WriteStartArray("logs");
        foreach (var happened in events)
        {
            json.WriteStartObject();
            json.WriteNumber("timestamp", Microseconds(happened.Time));
            WriteTags(json, "fields", [.. Fields(happened)]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteReference(Utf8JsonWriter json, string type, SpanReference reference)
    {
        json.WriteStartObject();
        json.WriteString("refType", type);
        json.WriteString("traceID", reference.Trace);
        json.WriteString("spanID", reference.Span);
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, string name, IReadOnlyList<SpanAttribute> attributes, bool orNull = false)
    {
        if (orNull && attributes.Count == 0)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartArray(name);
        foreach (var (key, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteString("type", value switch { long => "int64", double => "float64", bool => "bool", _ => "string" });
            json.WritePropertyName("value");
            switch (value)
            {
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case double number:
                    json.WriteNumberValue(number);
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                default:
                    json.WriteStringValue(value.ToString());
                    break;
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
