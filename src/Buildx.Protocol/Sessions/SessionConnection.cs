using Buildx.Protocol.Health;
using Grpc.Core;

namespace Buildx.Protocol.Sessions;

/// <summary>The daemon's end of a session: calls the services that the client serves through the tunnel.</summary>
public sealed class SessionConnection : IAsyncDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly Http2Channel _channel;
    private readonly SessionHealthCheck? _healthCheck;
    private Stream? _tunnel;

    private SessionConnection(Stream tunnel, SessionHealthCheck? healthCheck)
    {
        _tunnel = tunnel;
        _healthCheck = healthCheck;
        // Kept apart from the source, which is gone after DisposeAsync.
        Closed = _closed.Token;
        _channel = Http2Channel.Create(
            _ => Interlocked.Exchange(ref _tunnel, null) is { } stream
                ? ValueTask.FromResult(stream)
                : ValueTask.FromException<Stream>(new IOException("The client's session has ended.")),
            "localhost",
            Close);
    }

    public CallInvoker Invoker => _channel.Invoker;

    /// <summary>Cancelled when the tunnel has ended, the health check has failed, or this was disposed.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Opens the connection over a tunnel (or over the stream of an upgraded HTTP request).</summary>
    /// <param name="healthCheck">Null to notice only that the tunnel ends.</param>
    public static SessionConnection Open(Stream tunnel, SessionHealthCheck? healthCheck = null)
    {
        var connection = new SessionConnection(tunnel, healthCheck);
        _ = connection.WatchAsync();
        return connection;
    }

    /// <summary>Completes when the session has ended.</summary>
    public async Task WaitUntilClosedAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(Closed, cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _channel.DisposeAsync();
        if (Interlocked.Exchange(ref _tunnel, null) is { } unused)
            await unused.DisposeAsync();
    }

    /// <summary>The first check also makes the handler connect, without which nobody would notice that the tunnel ends.</summary>
    private async Task WatchAsync()
    {
        var health = new Health.Health.HealthClient(Invoker);
        var timeout = _healthCheck?.Timeout ?? TimeSpan.FromSeconds(15);
        for (var failures = 0; ;)
        {
            try
            {
                await health.CheckAsync(new HealthCheckRequest(), deadline: DateTime.UtcNow + timeout, cancellationToken: Closed);
                failures = 0;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented && !Closed.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is RpcException or OperationCanceledException or ObjectDisposedException)
            {
                if (Closed.IsCancellationRequested)
                    return;
                if (_healthCheck is not null && ++failures >= _healthCheck.FailureThreshold)
                {
                    Close();
                    return;
                }
            }
            if (_healthCheck is null)
                return;
            await Task.Delay(_healthCheck.Interval, Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Closed.IsCancellationRequested)
                return;
        }
    }

    private void Close()
    {
        try
        {
            _closed.Cancel();
        }
        catch (AggregateException)
        {
            // What others do when a session ends must not keep it from ending.
        }
    }
}
