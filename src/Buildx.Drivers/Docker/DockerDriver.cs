using Buildx.Client;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Docker;

/// <summary>The BuildKit inside a Docker Engine: always there with its engine, and with its images.</summary>
public sealed class DockerDriver : IDriver
{
    public const string DriverName = "docker";

    private const string SnapshotterLabel = "org.mobyproject.buildkit.worker.snapshotter";

    private readonly DockerApi _api;

    public DockerDriver(NodeRecord node, DockerHost host)
    {
        Endpoint = node.Endpoint;
        _api = new DockerApi(host);
        Connector = new DockerConnector(host.Url, host.ConnectAsync);
    }

    /// <summary>The builder that every Docker context has.</summary>
    public static BuilderRecord BuilderOf(string context) => new()
    {
        Name = context,
        Driver = DriverName,
        IsImplicit = true,
        Nodes = [new NodeRecord { Name = context, Endpoint = context }],
    };

    public string Name => DriverName;

    public string Endpoint { get; }

    public BuildkitConnector Connector { get; }

    public bool LoadsByDefault => true;

    public async Task<DriverStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        _ = await _api.GetVersionAsync(cancellationToken);
        return DriverStatus.Running;
    }

    /// <summary>Whether the engine keeps images in containerd's store: only then its BuildKit can do all that a BuildKit can.</summary>
    public async Task<bool> HasContainerdStoreAsync(CancellationToken cancellationToken)
    {
        await using var client = await BuildkitClient.ConnectAsync(Connector, cancellationToken);
        return (await client.GetWorkersAsync(cancellationToken)).Any(worker => worker.Labels.ContainsKey(SnapshotterLabel));
    }

    public Task PushAsync(string repository, string tag, string? authentication, CancellationToken cancellationToken) =>
        _api.PushAsync(repository, tag, authentication, cancellationToken);

    public Task StartAsync(Action<string>? report = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task RemoveAsync(bool keepState, CancellationToken cancellationToken = default) => Task.CompletedTask;
}
