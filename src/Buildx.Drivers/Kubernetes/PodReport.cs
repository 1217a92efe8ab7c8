using System.Text;
using System.Text.Json.Nodes;

namespace Buildx.Drivers.Kubernetes;

/// <summary>Why pods are not ready: their state, what the cluster noted about them, and the end of their logs.</summary>
internal sealed class PodReport(KubernetesApi api, Workload workload)
{
    private const int LogLines = 10;
    private const int MostEvents = 3;
    private const int MostPods = 3;

    /// <param name="wanted">How many pods were waited for.</param>
    public async Task<string> WriteAsync(JsonNode found, IReadOnlyList<PodState> pods, int wanted, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var ready = (int?)found["status"]?["readyReplicas"] ?? 0;
        var text = new StringBuilder($"the {workload.Kind} {workload.Name} in namespace {workload.Namespace} was not ready after {timeout.TotalSeconds:0.#} s: {ready} of {wanted} pods are");
        foreach (var condition in (found["status"]?["conditions"] as JsonArray)?.OfType<JsonNode>() ?? [])
        {
            if ((string?)condition["type"] == "ReplicaFailure" && (string?)condition["status"] == "True")
                text.AppendLine().Append($"  {(string?)condition["reason"]}: {(string?)condition["message"]}");
        }
        if (pods.Count == 0)
        {
            text.AppendLine().Append("  there is no pod yet");
            await AppendEventsAsync(text, workload.Name, cancellationToken);
        }
        foreach (var pod in pods.Where(pod => !pod.IsReady).Take(MostPods))
        {
            text.AppendLine().Append($"  pod {pod.Name}: {pod.Summary}");
            await AppendEventsAsync(text, pod.Name, cancellationToken);
            await AppendLogAsync(text, pod, cancellationToken);
        }
        return text.AppendLine().Append("to wait longer: --driver-opt timeout=10m; to give up: buildx rm").ToString();
    }

    private async Task AppendEventsAsync(StringBuilder text, string name, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonNode> events;
        try
        {
            events = await api.ListAsync($"/api/v1/namespaces/{workload.Namespace}/events", $"fieldSelector={Uri.EscapeDataString($"involvedObject.name={name}")}", cancellationToken);
        }
        catch (DriverException)
        {
            // Who may not see events still wants to know the rest.
            return;
        }
        foreach (var note in events.OrderBy(note => (string?)note["lastTimestamp"] ?? (string?)note["eventTime"], StringComparer.Ordinal).TakeLast(MostEvents))
            text.AppendLine().Append($"    {(string?)note["reason"]}: {((string?)note["message"] ?? "").Trim()}");
    }

    /// <summary>Of the run that failed last, if the container was started again since.</summary>
    private async Task AppendLogAsync(StringBuilder text, PodState pod, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/namespaces/{workload.Namespace}/pods/{pod.Name}/log?container={pod.FailedStart ?? Workload.ContainerName}&tailLines={LogLines}";
        var log = await FindAsync(path);
        if (string.IsNullOrWhiteSpace(log))
            log = await FindAsync(path + "&previous=true");
        foreach (var line in log?.TrimEnd().Split('\n') ?? [])
        {
            if (line.Length > 0)
                text.AppendLine().Append($"    | {line.TrimEnd('\r')}");
        }

        async Task<string?> FindAsync(string where)
        {
            try
            {
                return await api.FindTextAsync(where, cancellationToken);
            }
            catch (DriverException)
            {
                return null;
            }
        }
    }
}
