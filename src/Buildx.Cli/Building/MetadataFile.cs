using System.Text.Json;

namespace Buildx.Cli.Building;

/// <summary>What <c>--metadata-file</c> writes: the exporter's response by key; values that are base64 of JSON as that JSON.</summary>
internal static class MetadataFile
{
    public static void Write(string path, string buildRef, IReadOnlyDictionary<string, string> response) => Write(path, json => WriteResponse(json, buildRef, response));

    /// <summary>The same for several builds, each under its name.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, (string BuildRef, IReadOnlyDictionary<string, string> Response)> builds) => Write(path, json =>
    {
        json.WriteStartObject();
        foreach (var (name, build) in builds.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(name);
            WriteResponse(json, build.BuildRef, build.Response);
        }
        json.WriteEndObject();
    });

    private static void Write(string path, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        WriteWhole(path, buffer.ToArray());
    }

    private static void WriteResponse(Utf8JsonWriter json, string buildRef, IReadOnlyDictionary<string, string> response)
    {
        json.WriteStartObject();
        foreach (var (key, value) in response.Append(new("buildx.build.ref", buildRef)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
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
        json.WriteEndObject();
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
