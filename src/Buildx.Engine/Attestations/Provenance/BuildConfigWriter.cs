using System.Globalization;
using System.Text.Json;
using Buildx.Engine.CacheTransfer.Keys;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Errors;

namespace Buildx.Engine.Attestations.Provenance;

/// <summary>The graph and the files it was made from, for <c>mode=max</c>: each step has a number.</summary>
internal static class BuildConfigWriter
{
    public static void Write(Utf8JsonWriter json, LlbGraph? graph)
    {
        if (graph is null)
            return;
        var numbers = Number(graph);
        json.WriteStartObject("buildConfig");
        json.WriteStartArray("llbDefinition");
        foreach (var vertex in graph.Vertices)
        {
            json.WriteStartObject();
            json.WriteString("id", NameOf(numbers[vertex.Digest]));
            json.WritePropertyName("op");
            json.WriteRawValue(OperationKeys.ToJson(vertex.Operation));
            if (vertex.Inputs.Count > 0)
            {
                json.WriteStartArray("inputs");
                foreach (var input in vertex.Inputs)
                    json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{NameOf(numbers[input.Vertex.Digest])}:{input.Index}"));
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("digestMapping");
        foreach (var (digest, number) in numbers.OrderBy(pair => pair.Key.Value, StringComparer.Ordinal))
            json.WriteString(digest.Value, NameOf(number));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteSource(Utf8JsonWriter json, LlbGraph graph)
    {
        var files = graph.Vertices.SelectMany(vertex => vertex.Locations).Select(location => location.File).Distinct().ToList();
        if (files.Count == 0)
            return;
        var numbers = Number(graph);
        json.WriteStartObject("source");
        json.WriteStartObject("locations");
        foreach (var vertex in graph.Vertices.Where(vertex => vertex.Locations.Count > 0))
        {
            json.WriteStartObject(NameOf(numbers[vertex.Digest]));
            json.WriteStartArray("locations");
            foreach (var location in vertex.Locations)
                WriteLocation(json, location, files.IndexOf(location.File));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartArray("infos");
        foreach (var file in files)
        {
            json.WriteStartObject();
            json.WriteString("filename", file.FileName);
            json.WriteString("language", file.Language);
            json.WriteBase64String("data", file.Content.Span);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter json, LlbSourceLocation location, int file)
    {
        json.WriteStartObject();
        if (file > 0)
            json.WriteNumber("sourceIndex", file);
        RangeJson.Write(json, location.Ranges.Select(range => range.ToMessage()));
        json.WriteEndObject();
    }

    private static Dictionary<Digest, int> Number(LlbGraph graph) =>
        graph.Vertices.Select((vertex, number) => (vertex.Digest, number)).ToDictionary(pair => pair.Digest, pair => pair.number);

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"step{number}");
}
