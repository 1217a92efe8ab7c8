using Buildx.Protocol.Sessions;

namespace Buildx.Protocol.Tests.Sessions;

/// <summary>A session server and the connection that calls it, over a pair of streams.</summary>
internal sealed class SessionPair : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public SessionPair(SessionServer server, SessionHealthCheck? healthCheck = null)
    {
        var (client, daemon) = DuplexStreamPair.Create();
        _serving = server.RunAsync(client, _stop.Token);
        Connection = SessionConnection.Open(daemon, healthCheck);
    }

    public SessionConnection Connection { get; }

    public Task StopServerAsync() => _stop.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _stop.CancelAsync();
        await _serving.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
