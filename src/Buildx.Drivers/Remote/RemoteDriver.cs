using Buildx.Client;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Remote;

/// <summary>A BuildKit that somebody else starts and ends.</summary>
public sealed class RemoteDriver : IDriver
{
    public const string DriverName = "remote";

    public RemoteDriver(NodeRecord node)
    {
        if (node.Files is { Count: > 0 } || node.BuildkitdFlags is { Count: > 0 })
            throw new DriverException($"the driver {DriverName} takes no configuration and no flags for the daemon: it runs already");
        Endpoint = node.Endpoint;
        var options = RemoteOptions.Parse(node.DriverOpts);
        LoadsByDefault = options.LoadsByDefault;
        Connector = RemoteEndpoint.Parse(Endpoint, options.Tls);
    }

    public string Name => DriverName;

    public string Endpoint { get; }

    public BuildkitConnector Connector { get; }

    public bool LoadsByDefault { get; }

    public async Task<DriverStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await using var client = await BuildkitClient.ConnectAsync(Connector, cancellationToken);
            return DriverStatus.Running;
        }
        catch (BuildkitUnavailableException)
        {
            return DriverStatus.Inactive;
        }
    }

    public async Task StartAsync(Action<string>? report = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var client = await BuildkitClient.ConnectAsync(Connector, cancellationToken);
        }
        catch (BuildkitUnavailableException e)
        {
            throw new DriverException($"no BuildKit answers at {Endpoint}: {e.Message}", e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task RemoveAsync(bool keepState, CancellationToken cancellationToken = default) => Task.CompletedTask;
}
