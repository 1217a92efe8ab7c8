using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Buildx.Protocol.Sessions;

/// <summary>
/// A gRPC client over any stream: HTTP/2 with prior knowledge, repeated metadata kept as separate header fields, messages up to
/// BuildKit's 16 MB.
/// </summary>
public sealed class Http2Channel : IAsyncDisposable
{
    /// <summary>What BuildKit accepts and sends (containerd's default).</summary>
    public const int MaxMessageSize = 16 << 20;

    private readonly GrpcChannel _channel;
    private readonly SocketsHttpHandler _handler;

    private Http2Channel(GrpcChannel channel, SocketsHttpHandler handler)
    {
        (_channel, _handler) = (channel, handler);
        Invoker = channel.CreateCallInvoker().Intercept(new RepeatedMetadata());
    }

    public CallInvoker Invoker { get; }

    /// <param name="connect">Opens the connection; called again when the one before has ended.</param>
    /// <param name="authority">What goes into <c>:authority</c>.</param>
    public static Http2Channel Create(Func<CancellationToken, ValueTask<Stream>> connect, string authority = "localhost") =>
        Create(connect, authority, null);

    internal static Http2Channel Create(Func<CancellationToken, ValueTask<Stream>> connect, string authority, Action? ended)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) => new RepeatedHeaderStream(await connect(cancellationToken), ended),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            EnableMultipleHttp2Connections = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            InitialHttp2StreamWindowSize = 1 << 20,
            ActivityHeadersPropagator = null,
        };
        var channel = GrpcChannel.ForAddress($"http://{authority}", new GrpcChannelOptions
        {
            HttpHandler = handler,
            MaxReceiveMessageSize = MaxMessageSize,
            MaxSendMessageSize = MaxMessageSize,
            // A failed call is the caller's to repeat: most of them aren't idempotent.
            MaxRetryAttempts = null,
        });
        return new Http2Channel(channel, handler);
    }

    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _handler.Dispose();
        return ValueTask.CompletedTask;
    }
}
