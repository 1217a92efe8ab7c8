using System.Net.Sockets;
using Buildx.Client;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Graphs;

/// <summary>The BuildKit inside Docker Engine, as what is right. Builds that are cancelled bring it down at times: then it is started again.</summary>
internal sealed class ReferenceBuildkit : IAsyncDisposable
{
    private const int Attempts = 4;

    private DockerDaemon _daemon;
    private BuildkitClient _client;

    private ReferenceBuildkit(DockerDaemon daemon) => (_daemon, _client) = (daemon, Connect(daemon));

    public int Restarts { get; private set; }

    /// <summary>What the one that ended last has logged about it.</summary>
    public string LastWords { get; private set; } = "";

    public static async Task<ReferenceBuildkit> StartAsync(CancellationToken cancellationToken) => new(await LaunchAsync(cancellationToken));

    /// <summary>Does something, again after the daemon has ended, and as long as the result is of no use.</summary>
    public async Task<T> TryAsync<T>(Func<BuildkitClient, Task<T>> work, Func<T, bool> isUseless, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await work(_client);
                if (attempt == Attempts || (!isUseless(result) && !await HasEndedAsync()))
                    return result;
            }
            catch (Exception e) when (e is SocketException or IOException or SolveException or BuildkitUnavailableException && attempt < Attempts)
            {
                if (!await HasEndedAsync())
                    throw;
            }
            if (_daemon.HasExited)
                await RestartAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _daemon.DisposeAsync();
    }

    private async Task<bool> HasEndedAsync()
    {
        if (!_daemon.HasExited)
            await Task.Delay(10);
        return _daemon.HasExited;
    }

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        Restarts++;
        var log = _daemon.Log;
        var panic = log.IndexOf("panic", StringComparison.Ordinal);
        LastWords = panic < 0 ? log[^Math.Min(log.Length, 1500)..] : log[panic..Math.Min(log.Length, panic + 1500)];
        await DisposeAsync();
        _daemon = await LaunchAsync(cancellationToken);
        _client = Connect(_daemon);
    }

    // Merge and diff need containerd's snapshots.
    private static Task<DockerDaemon> LaunchAsync(CancellationToken cancellationToken) =>
        DockerDaemon.StartAsync("""{"features":{"containerd-snapshotter":true}}""", cancellationToken);

    private static BuildkitClient Connect(DockerDaemon daemon) => BuildkitClient.Create(DockerConnector.ForSocket(daemon.SocketPath));
}
