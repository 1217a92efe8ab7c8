using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Sessions;

namespace Buildx.Client;

/// <summary>
/// A session that is not one build's own: several read the same directories from it. A frontend is told with the attribute
/// <c>local-sessionid:NAME</c>.
/// </summary>
public sealed class SharedSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private SharedSession(string id, SessionServer server, Stream tunnel)
    {
        Id = id;
        _serving = server.RunAsync(tunnel, _stop.Token);
    }

    public string Id { get; }

    internal static async Task<SharedSession> OpenAsync(
        Control.ControlClient control, BuildkitConnector connector, IReadOnlyDictionary<string, string> directories, string sharedKey, CancellationToken cancellationToken)
    {
        var server = new SessionServer();
        new LocalDirectoryService(directories).Register(server);
        var id = SessionTunnel.NewId();
        return new SharedSession(id, server, await SessionTunnel.OpenAsync(control, connector, id, server, sharedKey, directories, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
