using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Buildx.Bake.Entries;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Printing;

/// <summary>A plan as <c>--print</c> shows it: a JSON definition that builds the same.</summary>
public static class PlanPrinter
{
    internal static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Print(BakePlan plan) => Print(json =>
    {
        json.WriteStartObject();
        WriteGroups(json, plan);
        json.WriteStartObject("target");
        foreach (var (name, target) in plan.Targets.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(name);
            WriteTarget(json, target);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Characters that HTML cares about are escaped, as other tools' output has them.</summary>
    internal static string Print(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            write(json);
        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return text.AsSpan().IndexOfAny("<>&") < 0 ? text : text.Replace("<", "\\u003c").Replace(">", "\\u003e").Replace("&", "\\u0026");
    }

    internal static void WriteGroups(Utf8JsonWriter json, BakePlan plan)
    {
        if (plan.Groups.Count == 0)
            return;
        json.WriteStartObject("group");
        foreach (var (name, group) in plan.Groups.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(name);
            Write(json, "description", group.Description.Length > 0 ? group.Description : null);
            WriteMembers(json, group);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, BakeGroup group)
    {
        if (group is { IsUnsaid: true, Targets.Count: 0 })
        {
            json.WriteNull("targets");
            return;
        }
        json.WriteStartArray("targets");
        foreach (var target in group.Targets)
            json.WriteStringValue(target);
        json.WriteEndArray();
    }

    internal static void WriteTarget(Utf8JsonWriter json, BakeTarget target)
    {
        json.WriteStartObject();
        Write(json, "description", target.Description.Length > 0 ? target.Description : null);
        Write(json, "annotations", target.Annotations?.Select(Escape));
        Write(json, "attest", target.Attestations, WriteAttestation);
        Write(json, "context", target.Context);
        WriteContexts(json, target.Contexts);
        Write(json, "dockerfile", target.Dockerfile);
        Write(json, "dockerfile-inline", target.DockerfileInline is null ? null : Escape(target.DockerfileInline));
        Write(json, "args", target.Arguments);
        Write(json, "labels", target.Labels);
        Write(json, "tags", target.Tags);
        Write(json, "cache-from", target.CacheFrom, WriteCache);
        Write(json, "cache-to", target.CacheTo, WriteCache);
        Write(json, "target", target.Stage);
        Write(json, "secret", target.Secrets, WriteSecret);
        Write(json, "ssh", target.Ssh, WriteSsh);
        Write(json, "platforms", target.Platforms);
        Write(json, "output", target.Outputs, WriteOutput);
        Write(json, "pull", target.Pull);
        Write(json, "no-cache", target.NoCache);
        Write(json, "network", target.Network);
        Write(json, "no-cache-filter", target.NoCacheFilter);
        Write(json, "shm-size", target.ShmSize);
        Write(json, "ulimits", target.Ulimits);
        WriteResources(json, target.Resources);
        Write(json, "call", target.Call);
        Write(json, "entitlements", target.Entitlements);
        Write(json, "extra-hosts", target.ExtraHosts);
        Write(json, "policy", target.Policies, WritePolicy);
        json.WriteEndObject();
    }

    /// <summary>What would be a template is none, when the printed definition is read.</summary>
    private static string Escape(string text) => text.Replace("${", "$${", StringComparison.Ordinal).Replace("%{", "%%{", StringComparison.Ordinal);

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static void Write(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } set)
            json.WriteBoolean(name, set);
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string>? values) =>
        Write(json, name, values?.ToList(), (writer, value) => writer.WriteStringValue(value));

    private static void Write<T>(Utf8JsonWriter json, string name, IReadOnlyList<T>? values, Action<Utf8JsonWriter, T> write)
    {
        if (values is not { Count: > 0 })
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            write(json, value);
        json.WriteEndArray();
    }

    private static void WriteContexts(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? contexts)
    {
        if (contexts is not { Count: > 0 })
            return;
        json.WriteStartObject("contexts");
        WriteInOrder(json, contexts.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value)));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string?>? values)
    {
        if (values is not { Count: > 0 })
            return;
        json.WriteStartObject(name);
        WriteInOrder(json, values.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value is null ? null : Escape(pair.Value))));
        json.WriteEndObject();
    }

    private static void WriteInOrder(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string?>> values)
    {
        foreach (var (key, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
    }

    private static void WriteAttestation(Utf8JsonWriter json, AttestationEntry entry)
    {
        var values = entry.Attributes.SetItem("type", entry.Type);
        json.WriteStartObject();
        foreach (var (key, value) in (entry.Disabled ? values.SetItem("disabled", "") : values).InOrder())
        {
            if (key == "disabled" && entry.Disabled)
                json.WriteBoolean(key, true);
            else
                json.WriteString(key, value);
        }
        json.WriteEndObject();
    }

    private static void WriteCache(Utf8JsonWriter json, CacheEntry entry) => WriteAttributes(json, entry.Attributes.SetItem("type", entry.Type));

    private static void WriteOutput(Utf8JsonWriter json, OutputEntry entry)
    {
        var values = entry.Attributes.SetItem("type", entry.Type);
        WriteAttributes(json, entry.Destination.Length > 0 ? values.SetItem("dest", entry.Destination) : values);
    }

    private static void WriteAttributes(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> values)
    {
        json.WriteStartObject();
        WriteInOrder(json, values.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value)));
        json.WriteEndObject();
    }

    private static void WriteSecret(Utf8JsonWriter json, SecretEntry entry)
    {
        json.WriteStartObject();
        Write(json, "id", entry.Id.Length > 0 ? entry.Id : null);
        Write(json, "src", entry.Source.Length > 0 ? entry.Source : null);
        Write(json, "env", entry.Variable.Length > 0 ? entry.Variable : null);
        json.WriteEndObject();
    }

    private static void WriteSsh(Utf8JsonWriter json, SshEntry entry)
    {
        json.WriteStartObject();
        Write(json, "id", entry.Id.Length > 0 ? entry.Id : null);
        Write(json, "paths", entry.Paths);
        json.WriteEndObject();
    }

    private static void WritePolicy(Utf8JsonWriter json, PolicyEntry entry)
    {
        json.WriteStartObject();
        if (entry.Files.Count == 0)
        {
            json.WriteNull("Files");
        }
        else
        {
            json.WriteStartArray("Files");
            foreach (var file in entry.Files)
            {
                json.WriteStartObject();
                json.WriteString("Filename", file);
                json.WriteNull("Data");
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteBoolean("Reset", entry.Reset);
        json.WriteBoolean("Disabled", entry.Disabled);
        if (entry.Strict is { } strict)
            json.WriteBoolean("Strict", strict);
        else
            json.WriteNull("Strict");
        json.WriteString("LogLevel", entry.LogLevel);
        json.WriteEndObject();
    }

    private static void WriteResources(Utf8JsonWriter json, ResourceLimits? resources)
    {
        if (resources is null)
            return;
        json.WriteStartObject("resources");
        foreach (var (name, value) in resources.Entries())
        {
            if (name.StartsWith("cpu-", StringComparison.Ordinal))
                json.WriteNumber(name, long.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
            else
                json.WriteString(name, value);
        }
        json.WriteEndObject();
    }
}
