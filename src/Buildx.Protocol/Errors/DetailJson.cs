using System.Buffers;
using System.Text;
using System.Text.Json;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Protocol.Errors;

/// <summary>Error details as BuildKit writes them: Go's plain JSON of the messages, not that of protobuf.</summary>
internal static class DetailJson
{
    private static readonly JsonParser SolveParser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static byte[] Write(string name, string value) => Write(json => json.WriteString(name, value));

    public static byte[] Write(Source source) => Write(json =>
    {
        if (source.Info is { } info)
        {
            json.WriteStartObject("info");
            json.WriteString("filename", info.Filename);
            json.WriteBase64String("data", info.Data.Span);
            if (info.Language.Length > 0)
                json.WriteString("language", info.Language);
            json.WriteEndObject();
        }
        RangeJson.Write(json, source.Ranges);
    });

    /// <summary>The one detail that is protobuf's own JSON.</summary>
    public static byte[] Write(Solve solve) => Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(solve));

    public static Solve ReadSolve(ByteString value) => SolveParser.Parse<Solve>(value.ToStringUtf8());

    public static byte[] Write(Stack stack) => Write(json =>
    {
        if (stack.Frames.Count > 0)
        {
            json.WriteStartArray("frames");
            foreach (var frame in stack.Frames)
            {
                json.WriteStartObject();
                json.WriteString("Name", frame.Name);
                json.WriteString("File", frame.File);
                json.WriteNumber("Line", frame.Line);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteStartArray("cmdline");
        foreach (var argument in stack.Cmdline)
            json.WriteStringValue(argument);
        json.WriteEndArray();
        json.WriteNumber("pid", stack.Pid);
        json.WriteString("version", stack.Version);
        json.WriteString("revision", stack.Revision);
    });

    public static byte[] WriteDenial(IReadOnlyList<string> messages) => Write(json =>
    {
        json.WriteNumber("action", (int)SourcePolicies.PolicyAction.Deny);
        json.WriteStartArray("denyMessages");
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("message", message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    public static IReadOnlyList<string> ReadDenial(ReadOnlyMemory<byte> value)
    {
        using var document = JsonDocument.Parse(value);
        return Get(document.RootElement, "denyMessages") is { ValueKind: JsonValueKind.Array } messages
            ? [.. messages.EnumerateArray().Select(message => Get(message, "message")?.GetString() ?? "")]
            : [];
    }

    public static Source ReadSource(ReadOnlyMemory<byte> value)
    {
        using var document = JsonDocument.Parse(value);
        var source = new Source();
        if (Get(document.RootElement, "info") is { } info)
        {
            source.Info = new SourceInfo
            {
                Filename = Get(info, "filename")?.GetString() ?? "",
                Language = Get(info, "language")?.GetString() ?? "",
                Data = Get(info, "data") is { } data && data.TryGetBytesFromBase64(out var bytes) ? ByteString.CopyFrom(bytes) : ByteString.Empty,
            };
        }
        if (Get(document.RootElement, "ranges") is { ValueKind: JsonValueKind.Array } ranges)
        {
            foreach (var range in ranges.EnumerateArray())
                source.Ranges.Add(new Pb.Range { Start = ReadPosition(range, "start"), End = ReadPosition(range, "end") });
        }
        return source;
    }

    public static string? ReadString(ReadOnlyMemory<byte> value, string name)
    {
        using var document = JsonDocument.Parse(value);
        return Get(document.RootElement, name)?.GetString();
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static Position ReadPosition(JsonElement range, string name)
    {
        var position = Get(range, name);
        return new Position { Line = Number("line"), Character = Number("character") };

        int Number(string field) => position is { } value && Get(value, field) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : 0;
    }

    private static JsonElement? Get(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
