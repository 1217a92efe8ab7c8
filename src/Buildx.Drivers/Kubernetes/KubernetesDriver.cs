using System.Diagnostics;
using System.Text.Json.Nodes;
using Buildx.Client;
using Buildx.Drivers.Kubernetes.Access;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Kubernetes;

/// <summary>Runs BuildKit in the pods of a Kubernetes cluster: one Deployment or StatefulSet is a node.</summary>
internal sealed class KubernetesDriver : IDriver
{
    public const string DriverName = "kubernetes";

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly NodeRecord _node;
    private readonly KubernetesOptions _options;
    private readonly KubernetesApi _api;
    private readonly Workload _workload;

    public KubernetesDriver(NodeRecord node, ClusterAccess access)
        : this(node, KubernetesOptions.Parse(node.DriverOpts), new KubernetesApi(access), contextPath: "")
    {
    }

    private KubernetesDriver(NodeRecord node, KubernetesOptions options, KubernetesApi api, string contextPath)
    {
        (_node, _options, _api) = (node, options, api);
        _workload = new Workload(node, options, options.Namespace ?? api.Namespace);
        Connector = new PodConnector($"{Description} at {api.Address}", api, async cancellationToken => Target(await ChooseAsync(contextPath, cancellationToken)));
    }

    public string Name => DriverName;

    public string Endpoint => _node.Endpoint;

    public BuildkitConnector Connector { get; }

    public bool LoadsByDefault => _options.LoadsByDefault;

    private string Description => $"{_workload.Kind} {_workload.Name} in namespace {_workload.Namespace}";

    private string ObjectPath => $"{_workload.Collection}/{_workload.Name}";

    private string PodsPath => $"/api/v1/namespaces/{_workload.Namespace}/pods";

    public IDriver For(string contextPath) => new KubernetesDriver(_node, _options, _api, contextPath);

    public async Task<DriverStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        await _api.FindAsync(ObjectPath, cancellationToken) is not { } found ? DriverStatus.Inactive
        : ReadyReplicas(found) > 0 ? DriverStatus.Running
        : DriverStatus.Stopped;

    public async Task<IReadOnlyList<DriverInstance>> FindInstancesAsync(CancellationToken cancellationToken = default) =>
        [.. (await ListRunningAsync(cancellationToken)).Select(pod => new DriverInstance(
            pod.Name, pod.Platforms, new PodConnector($"pod {pod.Name} at {_api.Address}", _api, _ => Task.FromResult(Target(pod)))))];

    public async Task StartAsync(Action<string>? report = null, CancellationToken cancellationToken = default)
    {
        var found = await _api.FindAsync(ObjectPath, cancellationToken);
        if (found is null)
            await CreateAsync(report, cancellationToken);
        else if (ReadyReplicas(found) >= WantedReplicas(found))
            return;
        await WaitAsync(report, cancellationToken);
    }

    /// <summary>Pods go on: a Deployment without any would not be started again by other programs that use the builder.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public async Task RemoveAsync(bool keepState, CancellationToken cancellationToken = default)
    {
        await _api.DeleteAsync(ObjectPath, cancellationToken);
        foreach (var name in _workload.ConfigMapNames)
            await _api.DeleteAsync($"{ConfigMapsPath}/{name}", cancellationToken);
        if (keepState)
            return;
        try
        {
            foreach (var name in _workload.VolumeClaimNames)
                await _api.DeleteAsync($"/api/v1/namespaces/{_workload.Namespace}/persistentvolumeclaims/{name}", cancellationToken);
        }
        catch (DriverException e)
        {
            throw new DriverException($"the pods are gone, their volumes ({string.Join(", ", _workload.VolumeClaimNames)}) are not: {e.Message}; to leave them: buildx rm --keep-state", e);
        }
    }

    private string ConfigMapsPath => $"/api/v1/namespaces/{_workload.Namespace}/configmaps";

    private static int ReadyReplicas(JsonNode workload) => (int?)workload["status"]?["readyReplicas"] ?? 0;

    /// <summary>Somebody may have scaled it since it was made; without any pod nothing can be built.</summary>
    private int WantedReplicas(JsonNode workload) => Math.Max((int?)workload["spec"]?["replicas"] ?? _options.Replicas, 1);

    private static (string Namespace, string Pod, string? Container) Target(PodState pod) => (pod.Namespace, pod.Name, pod.FirstContainer);

    private async Task CreateAsync(Action<string>? report, CancellationToken cancellationToken)
    {
        foreach (var map in _workload.ToConfigMaps())
        {
            if (!await _api.CreateAsync(ConfigMapsPath, map, cancellationToken))
                await _api.ReplaceAsync($"{ConfigMapsPath}/{(string?)map["metadata"]?["name"]}", map, cancellationToken);
        }
        report?.Invoke($"creating the {Description}");
        // Where somebody else was faster, theirs will do: it has the same name because it is of the same builder.
        await _api.CreateAsync(_workload.Collection, _workload.ToJson(), cancellationToken);
    }

    /// <summary>Until all replicas are ready.</summary>
    private async Task WaitAsync(Action<string>? report, CancellationToken cancellationToken)
    {
        report?.Invoke($"waiting for {_options.Replicas} {(_options.Replicas == 1 ? "pod" : "pods")} to be ready, for {_options.Timeout.TotalSeconds:0.#} s at most");
        var told = "";
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(LookAgain, cancellationToken))
        {
            var found = await _api.FindAsync(ObjectPath, cancellationToken)
                ?? throw new DriverException($"the {Description} was removed while it was waited for");
            if (ReadyReplicas(found) >= WantedReplicas(found))
                return;
            var pods = await ListAsync(cancellationToken);
            if (string.Join("; ", pods.Where(pod => !pod.IsReady).Select(pod => $"pod {pod.Name}: {pod.Summary}")) is { Length: > 0 } news && news != told)
                report?.Invoke(told = news);
            if (clock.Elapsed >= _options.Timeout)
                throw new DriverException(await new PodReport(_api, _workload).WriteAsync(found, pods, WantedReplicas(found), _options.Timeout, cancellationToken));
        }
    }

    private async Task<PodState> ChooseAsync(string contextPath, CancellationToken cancellationToken)
    {
        var pods = await ListRunningAsync(cancellationToken);
        if (pods.Count == 0)
            throw new DriverException($"no pod of the {Description} runs");
        if (_options.BalancesRandomly)
            return pods[Random.Shared.Next(pods.Count)];
        var chosen = PodRing.Choose(pods.Select(pod => pod.Name), contextPath);
        return pods.First(pod => pod.Name == chosen);
    }

    /// <summary>Those that may be given work: one that is about to end would take it along.</summary>
    private async Task<IReadOnlyList<PodState>> ListRunningAsync(CancellationToken cancellationToken)
    {
        var running = (await ListAsync(cancellationToken)).Where(pod => pod is { Phase: "Running", IsEnding: false }).ToList();
        return running.Exists(pod => pod.IsReady) ? running.FindAll(pod => pod.IsReady) : running;
    }

    private async Task<IReadOnlyList<PodState>> ListAsync(CancellationToken cancellationToken)
    {
        var selector = Uri.EscapeDataString(string.Join(',', _workload.Labels.Select(label => $"{label.Key}={label.Value}")));
        return [.. (await _api.ListAsync(PodsPath, $"labelSelector={selector}", cancellationToken)).Select(PodState.From).OrderBy(pod => pod.Name, StringComparer.Ordinal)];
    }
}
