using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Buildx.Cli.Builders;

/// <summary>A builder as <c>ls --format json</c> shows it, one line each, with Buildx's field names.</summary>
internal static class BuilderJson
{
    public static string Write(BuilderState state, bool isCurrent)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteBoolean("Current", isCurrent);
            json.WriteString("Driver", state.Builder.Driver);
            json.WriteBoolean("Dynamic", state.IsDynamic);
            if (state.Error is not null)
                json.WriteString("Err", state.Error);
            json.WriteString("LastActivity", (state.Builder.LastActivity ?? DateTimeOffset.MinValue).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("Name", state.Builder.Name);
            json.WriteStartArray("Nodes");
            foreach (var node in state.Error is null ? state.Nodes : [])
                Write(json, node);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, NodeState node)
    {
        json.WriteStartObject();
        json.WriteString("Name", node.Node.Name);
        json.WriteString("Endpoint", node.Endpoint);
        if (node.Node.BuildkitdFlags is { Count: > 0 } flags)
            Write(json, "Flags", flags);
        if (node.Node.DriverOpts is { Count: > 0 } options)
        {
            json.WriteStartObject("DriverOpts");
            foreach (var (name, value) in options)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        if (node.StatusText.Length > 0)
            json.WriteString("Status", node.StatusText);
        if (node.Error is not null)
            json.WriteString("Err", node.Error);
        if (node.Version.Length > 0)
            json.WriteString("Version", node.Version);
        if (node.Workers.Count > 0)
            Write(json, "IDs", node.Workers.Select(worker => worker.ID));
        Write(json, "Platforms", node.FormatPlatforms().Select(platform => platform.TrimEnd('*')));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
