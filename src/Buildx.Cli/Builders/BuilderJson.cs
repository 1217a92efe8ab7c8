using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Buildx.Protocol.Types;

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
        if (node.Node.Files is { Count: > 0 } files)
        {
            json.WriteStartObject("Files");
            foreach (var (name, content) in files)
                json.WriteBase64String(name, content);
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
        if (node.FormatPlatforms() is { Count: > 0 } platforms)
            Write(json, "Platforms", platforms.Select(platform => platform.TrimEnd('*')));
        if (node.Workers is [var worker, ..])
            Write(json, worker);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, WorkerRecord worker)
    {
        if (worker.GCPolicy.Count > 0)
        {
            json.WriteStartArray("GCPolicy");
            foreach (var rule in worker.GCPolicy)
            {
                json.WriteStartObject();
                json.WriteBoolean("all", rule.All);
                if (rule.Filters.Count > 0)
                    Write(json, "filter", rule.Filters);
                else
                    json.WriteNull("filter");
                json.WriteNumber("keepDuration", rule.KeepDuration);
                json.WriteNumber("reservedSpace", rule.ReservedSpace);
                json.WriteNumber("maxUsedSpace", rule.MaxUsedSpace);
                json.WriteNumber("minFreeSpace", rule.MinFreeSpace);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (worker.Labels.Count > 0)
        {
            json.WriteStartObject("Labels");
            foreach (var (name, value) in worker.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
                json.WriteString(name, value);
            json.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
