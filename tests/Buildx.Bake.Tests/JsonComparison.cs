using System.Text.Json.Nodes;

namespace Buildx.Bake.Tests;

/// <summary>Compares printed definitions: the order of keys doesn't count, nor that of a group's members.</summary>
internal static class JsonComparison
{
    public static bool AreSame(string expected, string actual) => JsonNode.DeepEquals(Sort(JsonNode.Parse(expected)), Sort(JsonNode.Parse(actual)));

    private static JsonNode? Sort(JsonNode? node)
    {
        foreach (var (_, group) in (node as JsonObject)?["group"] as JsonObject ?? [])
        {
            if (group?["targets"] is JsonArray targets)
                group["targets"] = new JsonArray([.. targets.Select(target => target!.GetValue<string>()).Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))]);
        }
        return node;
    }
}
