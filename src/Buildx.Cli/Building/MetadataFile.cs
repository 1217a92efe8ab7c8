using System.Text.Json;
using Buildx.Client.Progress;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>What <c>--metadata-file</c> writes: the exporter's response by key; values that are base64 of JSON as that JSON.</summary>
internal static class MetadataFile
{
    private const string WarningsKey = "buildx.build.warnings";

    /// <param name="warnings">Written where the user asks for them (<c>BUILDX_METADATA_WARNINGS</c>).</param>
    public static void Write(string path, IReadOnlyDictionary<string, string> response, IReadOnlyList<BuildWarning> warnings) => Write(path, json =>
    {
        json.WriteStartObject();
        WriteResponse(json, response);
        WriteWarnings(json, warnings);
        json.WriteEndObject();
    });

    /// <summary>The same for several builds, each under its name.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> builds, IReadOnlyList<BuildWarning> warnings) => Write(path, json =>
    {
        json.WriteStartObject();
        foreach (var (name, response) in builds.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(name);
            WriteResponse(json, response);
            json.WriteEndObject();
        }
        WriteWarnings(json, warnings);
        json.WriteEndObject();
    });

    private static void Write(string path, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        WriteWhole(path, buffer.ToArray());
    }

    private static void WriteWarnings(Utf8JsonWriter json, IReadOnlyList<BuildWarning> warnings)
    {
        if (warnings.Count == 0 || !BooleanText.IsTrue(Environment.GetEnvironmentVariable("BUILDX_METADATA_WARNINGS")))
            return;
        json.WritePropertyName(WarningsKey);
        WarningJson.Write(json, warnings);
    }

    private static void WriteResponse(Utf8JsonWriter json, IReadOnlyDictionary<string, string> response)
    {
        foreach (var (key, value) in response.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (key.StartsWith("frontend.", StringComparison.Ordinal) || key.StartsWith("cache.manifest/", StringComparison.Ordinal))
                continue;
            json.WritePropertyName(key);
            if (TryDecode(value) is { } document)
            {
                using (document)
                    document.RootElement.WriteTo(json);
            }
            else
            {
                json.WriteStringValue(value);
            }
        }
    }

    /// <summary>A reader never sees half a file.</summary>
    public static void WriteWhole(string path, byte[] content)
    {
        var temporary = $"{path}.tmp{Environment.ProcessId}";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new CliException($"cannot write {path}: {e.Message}", innerException: e);
        }
    }

    private static JsonDocument? TryDecode(string value)
    {
        var bytes = new byte[value.Length];
        if (value.Length == 0 || !Convert.TryFromBase64String(value, bytes, out var length) || bytes.AsSpan(0, length).TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
            return null;
        try
        {
            return JsonDocument.Parse(bytes.AsMemory(0, length));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
