using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Buildx.Cli.Templates;

/// <summary>JSON as a template sees it.</summary>
internal static class TemplateValue
{
    /// <summary>As Go's <c>%v</c> prints it.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        null => "<no value>",
        JsonArray list => "[" + string.Join(' ', list.Select(Text)) + "]",
        JsonObject map => "map[" + string.Join(' ', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{Text(pair.Value)}")) + "]",
        _ when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => value.ToJsonString(),
    };

    public static bool IsTrue(JsonNode? value) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonObject map => map.Count > 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>().Length > 0,
            JsonValueKind.Number => Number(value) != 0,
            var kind => kind == JsonValueKind.True,
        },
    };

    public static double Number(JsonNode? value) => value is not null && value.GetValueKind() == JsonValueKind.Number
        ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)
        : throw new TemplateException($"{Text(value)} is no number");

    /// <summary>What <c>range</c> goes over: a list with its indexes, a map in the order of its keys.</summary>
    public static IEnumerable<(JsonNode? Key, JsonNode? Value)> Entries(JsonNode? value) => value switch
    {
        null => [],
        JsonArray list => list.Select((element, index) => ((JsonNode?)JsonValue.Create(index), element)),
        JsonObject map => map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ((JsonNode?)JsonValue.Create(pair.Key), pair.Value)),
        _ => throw new TemplateException($"range wants a list or a map, not {Text(value)}"),
    };

    public static bool TryFind(JsonObject? map, string field, out JsonNode? value)
    {
        value = null;
        if (map is null)
            return false;
        if (map.TryGetPropertyValue(field, out value))
            return true;
        foreach (var (name, found) in map)
        {
            if (name.Replace("_", "", StringComparison.Ordinal).Equals(field, StringComparison.OrdinalIgnoreCase))
            {
                value = found;
                return true;
            }
        }
        return false;
    }
}
