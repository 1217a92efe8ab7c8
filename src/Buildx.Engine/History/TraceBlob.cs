using System.Globalization;
using System.Text.Json;

namespace Buildx.Engine.BuildRecords;

/// <summary>
/// A build's trace as a blob (<c>application/vnd.buildkit.otlp.json.v0</c>): its spans as OpenTelemetry's Go library writes them, one
/// JSON object behind the other.
/// </summary>
internal static class TraceBlob
{
    public const string MediaType = "application/vnd.buildkit.otlp.json.v0";

    private const string NoSpan = "0000000000000000";
    private const string NoTrace = "00000000000000000000000000000000";

    public static byte[] Write(string traceId, IReadOnlyList<BuildSpan> spans)
    {
        var children = spans.CountBy(span => span.Parent).ToDictionary();
        using var buffer = new MemoryStream();
        foreach (var span in spans)
        {
            using (var json = new Utf8JsonWriter(buffer))
                Write(json, traceId, span, children.GetValueOrDefault(span.Id));
            buffer.WriteByte((byte)'\n');
        }
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string traceId, BuildSpan span, int children)
    {
        json.WriteStartObject();
        json.WriteString("Name", span.Name);
        WriteContext(json, "SpanContext", traceId, span.Id);
        WriteContext(json, "Parent", span.Parent.Length > 0 ? traceId : NoTrace, span.Parent.Length > 0 ? span.Parent : NoSpan);
        json.WriteNumber("SpanKind", 1);
        json.WriteString("StartTime", Time(span.Start));
        json.WriteString("EndTime", Time(span.End));
        WriteAttributes(json, "Attributes", span.Attributes);
        WriteEvents(json, span);
        json.WriteStartArray("Links");
        foreach (var link in span.Links)
        {
            json.WriteStartObject();
            WriteContext(json, "SpanContext", traceId, link);
            json.WriteNull("Attributes");
            json.WriteNumber("DroppedAttributeCount", 0);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("Status");
        json.WriteString("Code", span.Error.Length > 0 ? "Error" : "Unset");
        json.WriteString("Description", span.Error);
        json.WriteEndObject();
        foreach (var dropped in new[] { "DroppedAttributes", "DroppedEvents", "DroppedLinks" })
            json.WriteNumber(dropped, 0);
        json.WriteNumber("ChildSpanCount", children);
        WriteAttributes(json, "Resource", [("service.name", "buildkitd")]);
        json.WriteStartObject("InstrumentationLibrary");
        foreach (var property in new[] { "Name", "Version", "SchemaURL" })
            json.WriteString(property, "");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteContext(Utf8JsonWriter json, string name, string traceId, string spanId)
    {
        json.WriteStartObject(name);
        json.WriteString("TraceID", traceId);
        json.WriteString("SpanID", spanId);
        json.WriteString("TraceFlags", spanId == NoSpan ? "00" : "01");
        json.WriteString("TraceState", "");
        json.WriteBoolean("Remote", false);
        json.WriteEndObject();
    }

    private static void WriteEvents(Utf8JsonWriter json, BuildSpan span)
    {
        json.WriteStartArray("Events");
        foreach (var (message, time) in span.Warnings)
        {
            json.WriteStartObject();
            json.WriteString("Name", "warning");
            WriteAttributes(json, "Attributes", [("message", message)]);
            json.WriteNumber("DroppedAttributeCount", 0);
            json.WriteString("Time", Time(time));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteAttributes(Utf8JsonWriter json, string name, IReadOnlyList<(string Key, object Value)> attributes)
    {
        json.WriteStartArray(name);
        foreach (var (key, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("Key", key);
            json.WriteStartObject("Value");
            switch (value)
            {
                case long number:
                    json.WriteString("Type", "INT64");
                    json.WriteNumber("Value", number);
                    break;
                case bool flag:
                    json.WriteString("Type", "BOOL");
                    json.WriteBoolean("Value", flag);
                    break;
                default:
                    json.WriteString("Type", "STRING");
                    json.WriteString("Value", value.ToString());
                    break;
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
