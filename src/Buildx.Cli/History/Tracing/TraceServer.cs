using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Buildx.Cli.History.Tracing;

/// <summary>Serves the viewer of traces over plain HTTP.</summary>
internal sealed class TraceServer : IAsyncDisposable
{
    private readonly KestrelServer _server;

    private TraceServer(KestrelServer server, Uri address) => (_server, Address) = (server, address);

    /// <summary>The page to open.</summary>
    public Uri Address { get; }

    /// <exception cref="CliException">The address can't be listened on.</exception>
    public static async Task<TraceServer> StartAsync(IPEndPoint endpoint, TraceSite site, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http1);
        var server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(site, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            server.Dispose();
            throw new CliException(Describe(endpoint, e), innerException: e);
        }
        var bound = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new TraceServer(server, new Uri(new Uri(bound), site.Path));
    }

    public async ValueTask DisposeAsync()
    {
        // A browser keeps its connections open: nobody is to wait for that.
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _server.Dispose();
    }

    private static string Describe(IPEndPoint endpoint, Exception error)
    {
        var cause = error as SocketException ?? error.InnerException as SocketException ?? error.InnerException?.InnerException as SocketException;
        return cause?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"--addr {endpoint}: something else listens there already; choose another port, or 0 for any that is free",
            SocketError.AddressNotAvailable => $"--addr {endpoint}: this machine has no such address",
            SocketError.AccessDenied => $"--addr {endpoint}: listening there is not permitted; ports from 1024 on usually are",
            _ => $"--addr {endpoint}: {(cause ?? error).Message}",
        };
    }
}
