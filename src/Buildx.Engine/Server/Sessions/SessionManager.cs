using System.Collections.Concurrent;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Engine.Server.Sessions;

/// <summary>The sessions of all connected clients, by id.</summary>
internal sealed class SessionManager
{
    /// <summary>A client may start its build a moment before its session has arrived.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How many sessions that have ended are remembered, so that nobody waits for them.</summary>
    private const int RememberedEnds = 1000;

    private readonly ConcurrentDictionary<string, TaskCompletionSource<ClientSession>> _sessions = [];
    private readonly Queue<string> _ended = new();

    /// <summary>Clients that are connected now.</summary>
    public int Count => _sessions.Values.Count(slot => slot.Task.IsCompletedSuccessfully);

    /// <summary>Serves one <c>Control.Session</c> until the client closes it.</summary>
    /// <param name="mayOfferDirectories">The client runs on this machine as the same user.</param>
    public async Task ServeAsync(
        SessionHeaders headers,
        IAsyncStreamReader<BytesMessage> requests,
        IServerStreamWriter<BytesMessage> responses,
        bool mayOfferDirectories,
        CancellationToken cancellationToken)
    {
        await using var tunnel = SessionTunnelStream.FromServerCall(requests, responses);
        await using var connection = SessionConnection.Open(tunnel, new SessionHealthCheck());
        var session = new ClientSession(headers, connection, mayOfferDirectories);
        var slot = Slot(headers.Id);
        if (!slot.TrySetResult(session))
            throw new RpcException(new Status(StatusCode.AlreadyExists, $"session {headers.Id} is connected already"));
        try
        {
            await connection.WaitUntilClosedAsync(cancellationToken);
        }
        finally
        {
            _sessions.TryRemove(new(headers.Id, slot));
            lock (_ended)
            {
                _ended.Enqueue(headers.Id);
                if (_ended.Count > RememberedEnds)
                    _ended.Dequeue();
            }
        }
    }

    /// <summary>The session with this id; null for an empty id.</summary>
    /// <exception cref="RpcException">No such session has connected.</exception>
    public async Task<ISession?> GetAsync(string id, CancellationToken cancellationToken) => id.Length == 0 ? null
        : await WaitAsync(id, cancellationToken)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"no active session for {id}: context deadline exceeded"));

    /// <summary>The session with this id, if it is connected.</summary>
    public ISession? Find(string id) => _sessions.TryGetValue(id, out var slot) && slot.Task.IsCompletedSuccessfully ? slot.Task.Result : null;

    /// <summary>The session with this id, which may be about to connect; null when it has ended, or does not come.</summary>
    public async Task<ISession?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (Find(id) is { } connected)
            return connected;
        lock (_ended)
        {
            if (_ended.Contains(id))
                return null;
        }
        return await WaitAsync(id, cancellationToken);
    }

    /// <returns>Null when it does not come.</returns>
    private async Task<ISession?> WaitAsync(string id, CancellationToken cancellationToken)
    {
        var slot = Slot(id);
        try
        {
            return await slot.Task.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            if (!slot.Task.IsCompleted)
                _sessions.TryRemove(new(id, slot));
            return null;
        }
    }

    private TaskCompletionSource<ClientSession> Slot(string id) =>
        _sessions.GetOrAdd(id, _ => new TaskCompletionSource<ClientSession>(TaskCreationOptions.RunContinuationsAsynchronously));
}
