using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.KubernetesStandIn;

/// <summary>
/// The OpenAPI schema that Kubernetes publishes, fetched by <c>tests/peers</c>. Objects may have no field that it does not know, as with
/// a server's strict field validation.
/// </summary>
internal sealed partial class OpenApiSchema
{
    private const string Quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";

    private static readonly Lazy<Task<OpenApiSchema>> Loaded = new(LoadOnceAsync);

    private readonly JsonElement _definitions;

    private OpenApiSchema(JsonElement definitions) => _definitions = definitions;

    public static Task<OpenApiSchema> LoadAsync() => Loaded.Value;

    /// <returns>What is wrong, by field; nothing for a good object.</returns>
    public IReadOnlyList<string> Check(string apiVersion, string kind, JsonNode value)
    {
        var (group, version) = apiVersion.Split('/') is [var first, var second] ? (first, second) : ("", apiVersion);
        foreach (var definition in _definitions.EnumerateObject())
        {
            if (definition.Value.TryGetProperty("x-kubernetes-group-version-kind", out var kinds)
                && kinds.EnumerateArray().Any(entry => entry.GetProperty("group").GetString() == group && entry.GetProperty("version").GetString() == version && entry.GetProperty("kind").GetString() == kind))
            {
                return [.. Problems(definition.Value, value, kind)];
            }
        }
        return [$"no kind \"{kind}\" in \"{apiVersion}\""];
    }

    private static async Task<OpenApiSchema> LoadOnceAsync()
    {
        await using var file = File.OpenRead(Path.Combine(await Peers.GetDirectoryAsync(), "kubernetes", "openapi.json"));
        using var document = await JsonDocument.ParseAsync(file);
        return new OpenApiSchema(document.RootElement.GetProperty("definitions").Clone());
    }

    private IEnumerable<string> Problems(JsonElement schema, JsonNode? value, string where)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!["#/definitions/".Length..];
            return name == Quantity && !QuantityPattern().IsMatch(value?.ToString() ?? "")
                ? [$"{where}: \"{value}\" is no quantity"]
                : Problems(_definitions.GetProperty(name), value, where);
        }
        var format = schema.TryGetProperty("format", out var given) ? given.GetString() : null;
        return (schema.TryGetProperty("type", out var type) ? type.GetString() : null, value) switch
        {
            ("object" or null, JsonObject map) => Problems(schema, map, where),
            ("array", JsonArray list) => list.SelectMany((item, i) => Problems(schema.GetProperty("items"), item, $"{where}[{i}]")),
            ("string", JsonValue text) when text.GetValueKind() == JsonValueKind.String || (format == "int-or-string" && text.TryGetValue(out int _)) => [],
            ("boolean", JsonValue flag) when flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False => [],
            ("integer", JsonValue number) when number.GetValueKind() == JsonValueKind.Number && (format == "int64" ? number.TryGetValue(out long _) : number.TryGetValue(out int _)) => [],
            var (wanted, _) => [$"{where}: want {wanted}, is {value?.ToJsonString() ?? "null"}"],
        };
    }

    private IEnumerable<string> Problems(JsonElement schema, JsonObject map, string where)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(name => name.GetString()!).Where(name => !map.ContainsKey(name)))
                yield return $"{where}.{name}: Required value";
        }
        var hasProperties = schema.TryGetProperty("properties", out var properties);
        var isMap = schema.TryGetProperty("additionalProperties", out var others);
        foreach (var (name, value) in map)
        {
            if (hasProperties && properties.TryGetProperty(name, out var property))
            {
                foreach (var problem in Problems(property, value, $"{where}.{name}"))
                    yield return problem;
            }
            else if (isMap)
            {
                foreach (var problem in Problems(others, value, $"{where}.{name}"))
                    yield return problem;
            }
            else
            {
                yield return $"{where}: unknown field \"{name}\"";
            }
        }
    }

    [GeneratedRegex(@"\A[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?\z")]
    private static partial Regex QuantityPattern();
}
