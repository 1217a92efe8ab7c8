using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Buildx.Protocol.Sessions;

/// <summary>A "listener" whose only connection is there already.</summary>
internal sealed class StreamConnectionListenerFactory(StreamConnection connection) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener(endpoint, connection));

    private sealed class Listener(EndPoint endpoint, StreamConnection connection) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private StreamConnection? _next = connection;

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            Interlocked.Exchange(ref _next, null) ?? await _unbound.Task.WaitAsync(cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
