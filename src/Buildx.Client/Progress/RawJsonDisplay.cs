using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Buildx.Client.Progress;

/// <summary>Every report as a line of JSON, with the field names of BuildKit's own client.</summary>
internal sealed class RawJsonDisplay(TextWriter output) : ProgressDisplay(refresh: null)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private protected override void OnReport(SolveStatus status)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            Write(json, status);
        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n");
        output.Flush();
    }

    private protected override void Draw(bool isLast)
    {
    }

    private static void Write(Utf8JsonWriter json, SolveStatus status)
    {
        json.WriteStartObject();
        WriteArray(json, "vertexes", status.Vertexes, WriteVertex);
        WriteArray(json, "statuses", status.Statuses, WriteTransfer);
        WriteArray(json, "logs", status.Logs, WriteLog);
        WriteArray(json, "warnings", status.Warnings, WarningJson.Write);
        json.WriteEndObject();
    }

    private static void WriteVertex(Utf8JsonWriter json, VertexState vertex)
    {
        json.WriteString("digest", vertex.Digest);
        if (vertex.Inputs.Count > 0)
        {
            json.WriteStartArray("inputs");
            foreach (var input in vertex.Inputs)
                json.WriteStringValue(input);
            json.WriteEndArray();
        }
        WriteText(json, "name", vertex.Name);
        WriteTime(json, "started", vertex.Started);
        WriteTime(json, "completed", vertex.Completed);
        if (vertex.IsCached)
            json.WriteBoolean("cached", true);
        WriteText(json, "error", vertex.Error);
        if (vertex.Group is { } group)
        {
            json.WriteStartObject("progressGroup");
            WriteText(json, "id", group.Id);
            WriteText(json, "name", group.Name);
            if (group.IsWeak)
                json.WriteBoolean("weak", true);
            json.WriteEndObject();
        }
    }

    private static void WriteTransfer(Utf8JsonWriter json, TransferState transfer)
    {
        json.WriteString("id", transfer.Id);
        WriteText(json, "vertex", transfer.Vertex);
        WriteText(json, "name", transfer.Name);
        if (transfer.Total != 0)
            json.WriteNumber("total", transfer.Total);
        json.WriteNumber("current", transfer.Current);
        WriteTime(json, "timestamp", transfer.Timestamp);
        WriteTime(json, "started", transfer.Started);
        WriteTime(json, "completed", transfer.Completed);
    }

    private static void WriteLog(Utf8JsonWriter json, LogOutput log)
    {
        WriteText(json, "vertex", log.Vertex);
        if (log.Stream != 0)
            json.WriteNumber("stream", log.Stream);
        json.WriteBase64String("data", log.Data.Span);
        WriteTime(json, "timestamp", log.Timestamp);
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
            json.WriteString(name, value);
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
            json.WriteString(name, value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", System.Globalization.CultureInfo.InvariantCulture));
    }
}
