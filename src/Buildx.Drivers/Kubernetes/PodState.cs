using System.Text.Json.Nodes;
using Buildx.Drivers.Store;
using Buildx.Oci;

namespace Buildx.Drivers.Kubernetes;

/// <summary>A pod as the cluster shows it.</summary>
/// <param name="Platforms">Those that the builder's user gave it; null for none.</param>
/// <param name="IsEnding">It is about to be removed.</param>
/// <param name="FailedStart">The container that has to end before the others start, and fails; null for none.</param>
/// <param name="Problems">What keeps it or its containers from running.</param>
internal sealed record PodState(
    string Name, string Namespace, string Phase, bool IsReady, bool IsEnding, string? FirstContainer, string? FailedStart, List<StoredPlatform>? Platforms, IReadOnlyList<string> Problems)
{
    /// <summary>In one line.</summary>
    public string Summary => string.Join("; ", Problems.Prepend(Phase));

    public static PodState From(JsonNode pod)
    {
        var status = pod["status"];
        var conditions = Items(status?["conditions"]).ToList();
        return new PodState(
            Text(pod["metadata"]?["name"]) ?? "", Text(pod["metadata"]?["namespace"]) ?? "", Text(status?["phase"]) ?? "Unknown",
            conditions.Exists(condition => Text(condition["type"]) == "Ready" && Text(condition["status"]) == "True"),
            pod["metadata"]?["deletionTimestamp"] is not null,
            Text(Items(pod["spec"]?["containers"]).FirstOrDefault()?["name"]),
            Text(Items(status?["initContainerStatuses"]).FirstOrDefault(container => ContainerProblem(container) is not null)?["name"]),
            ReadPlatforms(Text(pod["metadata"]?["annotations"]?[KubernetesOptions.PlatformAnnotation])),
            [.. conditions.Select(Problem).Concat(Items(status?["initContainerStatuses"]).Concat(Items(status?["containerStatuses"])).Select(ContainerProblem)).OfType<string>()]);
    }

    private static IEnumerable<JsonNode> Items(JsonNode? list) => list is JsonArray array ? array.OfType<JsonNode>() : [];

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;

    private static string? Problem(JsonNode condition) =>
        Text(condition["status"]) == "False" && Text(condition["reason"]) is { } reason and not ("ContainersNotReady" or "ContainersNotInitialized")
            ? Join(reason, Text(condition["message"])) : null;

    private static string? ContainerProblem(JsonNode container)
    {
        var state = container["state"];
        var problem = state?["waiting"] is { } waiting ? Join(Text(waiting["reason"]) ?? "waiting", Text(waiting["message"]))
            : state?["terminated"] is { } ended && (int?)ended["exitCode"] is not 0 ? Ended(ended)
            : null;
        if (container["lastState"]?["terminated"] is { } last)
            problem = problem is null ? Ended(last) : $"{problem}, after it {Ended(last)}";
        return problem is null or "PodInitializing" ? null : $"container {Text(container["name"])}: {problem}";
    }

    private static string Ended(JsonNode terminated) => Join($"ended with {(int?)terminated["exitCode"]} ({Text(terminated["reason"]) ?? "no reason given"})", Text(terminated["message"]));

    private static string Join(string reason, string? message) => message is null ? reason : $"{reason}: {message.Trim().ReplaceLineEndings("; ")}";

    private static List<StoredPlatform>? ReadPlatforms(string? annotation)
    {
        var platforms = new List<StoredPlatform>();
        foreach (var text in annotation?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            if (Platform.TryParse(text, out var platform))
                platforms.Add(StoredPlatform.From(platform));
        }
        return platforms.Count > 0 ? platforms : null;
    }
}
