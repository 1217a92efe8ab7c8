using System.Net;
using Buildx.Protocol.Health;
using Google.Protobuf;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Buildx.Protocol.Sessions;

/// <summary>
/// The client's end of a session: a small gRPC server over one stream. It is Kestrel's HTTP/2 without dependency injection and
/// routing, because a command line pays for every start. Health checks are answered without further ado.
/// </summary>
public sealed class SessionServer
{
    /// <summary>For calls that are cut off, to clean up behind them.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, SessionMethod> _methods = new(StringComparer.OrdinalIgnoreCase);

    public SessionServer()
    {
        MapUnary("/grpc.health.v1.Health/Check", HealthCheckRequest.Parser, static (_, _, _) =>
            Task.FromResult(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving }));
        Map("/grpc.health.v1.Health/Watch", static async (call, cancellationToken) =>
        {
            await call.ReadRequiredAsync(HealthCheckRequest.Parser, cancellationToken);
            await call.WriteAsync(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving }, cancellationToken);
            await call.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        });
    }

    /// <summary>The paths of what is served; they go into <see cref="SessionHeaders.Methods"/>.</summary>
    public IReadOnlyCollection<string> Methods => _methods.Keys;

    /// <param name="path">E.g. <c>/moby.filesync.v1.FileSync/DiffCopy</c>.</param>
    public SessionServer Map(string path, SessionMethod method)
    {
        _methods[path] = method;
        return this;
    }

    public SessionServer MapUnary<TRequest, TResponse>(
        string path, MessageParser<TRequest> parser, Func<TRequest, SessionCall, CancellationToken, Task<TResponse>> method)
        where TRequest : class, IMessage<TRequest>
        where TResponse : IMessage =>
        Map(path, async (call, cancellationToken) =>
        {
            var request = await call.ReadRequiredAsync(parser, cancellationToken);
            await call.WriteAsync(await method(request, call, cancellationToken), cancellationToken);
        });

    /// <summary>Serves until the stream ends or <paramref name="cancellationToken"/> is cancelled (then calls under way are aborted).</summary>
    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var connection = new StreamConnection(stream);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        // Not infinite: Kestrel adds it to a timestamp, which overflows, and the connection is closed at the next idle moment.
        options.Limits.KeepAliveTimeout = TimeSpan.FromDays(30);
        options.Limits.RequestHeadersTimeout = TimeSpan.FromDays(30);
        // include-patterns, exclude-patterns and followpaths travel as headers.
        options.Limits.MaxRequestHeaderCount = 100_000;
        options.Limits.MaxRequestHeadersTotalSize = 4 << 20;
        options.Limits.MaxRequestBufferSize = 4 << 20;
        options.Limits.Http2.MaxRequestHeaderFieldSize = 1 << 20;
        options.Limits.Http2.MaxStreamsPerConnection = 10_000;
        options.Limits.Http2.InitialConnectionWindowSize = 4 << 20;
        options.Limits.Http2.InitialStreamWindowSize = 1 << 20;
        options.Listen(new IPEndPoint(IPAddress.Loopback, 0), listen => listen.Protocols = HttpProtocols.Http2);

        var server = new KestrelServer(Options.Create(options), new StreamConnectionListenerFactory(connection), NullLoggerFactory.Instance);
        var application = new SessionApplication(_methods, connection.ConnectionClosed);
        await server.StartAsync(application, cancellationToken);
        await connection.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        connection.Abort();
        _ = StopAsync(server);
        await Task.WhenAny(application.WaitForCallsAsync(), Task.Delay(StopPatience, CancellationToken.None));
    }

    // Kestrel may wait two seconds for a connection that is slow to notice its end. It does that without us.
    private static async Task StopAsync(KestrelServer server)
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await server.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        server.Dispose();
    }
}
