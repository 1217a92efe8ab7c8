using System.Globalization;
using System.Text.Json.Nodes;
using Buildx.Differential.Tests.Images;

namespace Buildx.Differential.Tests.Comparing;

/// <summary>Everything about two images: manifest, config with history, the files after each layer.</summary>
internal static class ImageComparison
{
    public static IEnumerable<Difference> Compare(IReadOnlyList<BuiltImage> ours, IReadOnlyList<BuiltImage> theirs)
    {
        if (ours.Count != theirs.Count)
            return [new("platforms", "", string.Join(' ', ours.Select(image => image.Platform)), string.Join(' ', theirs.Select(image => image.Platform)))];
        return ours.Zip(theirs, Compare).SelectMany(differences => differences);
    }

    private static IEnumerable<Difference> Compare(BuiltImage ours, BuiltImage theirs) =>
    [
        .. CompareProperties("manifest.", JsonNode.Parse(ours.Platform.Length == 0 ? "{}" : ours.Platform)!, JsonNode.Parse(theirs.Platform.Length == 0 ? "{}" : theirs.Platform)!, []),
        .. CompareManifests(ours.Manifest, theirs.Manifest),
        .. CompareProperties("", ours.Config, theirs.Config, ["config", "history", "rootfs"]),
        .. CompareProperties("config.", ours.Config["config"] ?? new JsonObject(), theirs.Config["config"] ?? new JsonObject(), []),
        .. CompareHistory(ours.Config["history"]?.AsArray() ?? [], theirs.Config["history"]?.AsArray() ?? []),
        .. CompareTrees(ours.Trees, theirs.Trees),
    ];

    private static IEnumerable<Difference> CompareManifests(JsonObject ours, JsonObject theirs)
    {
        foreach (var difference in CompareProperties("manifest.", ours, theirs, ["config", "layers"]))
            yield return difference;
        // Go writes null for a list of nothing.
        if (ours["layers"] is null != theirs["layers"] is null)
            yield return new("manifest.layers", "", ours["layers"]?.ToJsonString() ?? "null", theirs["layers"]?.ToJsonString() ?? "null");
        foreach (var difference in CompareProperties("manifest.config.", ours["config"]!, theirs["config"]!, ["digest", "size"]))
            yield return difference;
        foreach (var (mine, other) in (ours["layers"]?.AsArray() ?? []).Zip(theirs["layers"]?.AsArray() ?? []))
        {
            foreach (var difference in CompareProperties("manifest.layers.", mine!, other!, ["digest", "size"]))
                yield return difference;
        }
    }

    private static IEnumerable<Difference> CompareHistory(JsonArray ours, JsonArray theirs)
    {
        if (ours.Count != theirs.Count)
            return [new("history.count", "", Texts(ours), Texts(theirs))];
        return ours.Zip(theirs).Select((pair, number) => CompareProperties("history.", pair.First!, pair.Second!, [], Number(number + 1))).SelectMany(differences => differences);

        static string Texts(JsonArray entries) => string.Join(" · ", entries.Select(entry => (string?)entry!["created_by"]));
    }

    private static IEnumerable<Difference> CompareProperties(string prefix, JsonNode ours, JsonNode theirs, string[] except, string place = "") =>
        from name in ours.AsObject().Select(pair => pair.Key).Union(theirs.AsObject().Select(pair => pair.Key)).Except(except)
        let mine = Describe(name, ours[name])
        let other = Describe(name, theirs[name])
        where mine != other
        select new Difference(prefix + name, place, mine, other);

    private static string? Describe(string name, JsonNode? value) => value switch
    {
        null => null,
        JsonValue when name == "created" => BuildTimes.Describe(DateTimeOffset.Parse((string)value!, CultureInfo.InvariantCulture)),
        _ => Sorted(value).ToJsonString(),
    };

    private static JsonNode Sorted(JsonNode value) => value is JsonObject map
        ? new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())))
        : value;

    private static IEnumerable<Difference> CompareTrees(IReadOnlyList<FileTree> ours, IReadOnlyList<FileTree> theirs)
    {
        if (ours.Count != theirs.Count)
            yield return new("layers", "", Number(ours.Count), Number(theirs.Count));
        var seen = new HashSet<(string, string)>();
        // Of images with different numbers of layers, the last ones can still be compared.
        var pairs = ours.Count == theirs.Count ? ours.Zip(theirs) : [(ours is [.., var last] ? last : new(), theirs is [.., var otherLast] ? otherLast : new())];
        foreach (var ((mine, other), number) in pairs.Select((pair, number) => (pair, number + 1)))
        {
            foreach (var difference in TreeComparison.Compare(mine, other).Where(difference => seen.Add((difference.Aspect, difference.Where))))
                yield return difference with { Where = $"/{difference.Where} after layer {number}" };
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
