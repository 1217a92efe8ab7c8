using Buildx.Protocol.Sessions;

namespace Buildx.Client;

/// <summary>How a BuildKit is reached. Drivers bring their own: all that is needed is a stream that speaks HTTP/2.</summary>
public abstract class BuildkitConnector
{
    /// <summary>What to call it in messages, e.g. <c>unix:///run/buildkit/buildkitd.sock</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the daemon sees the same file system, so that directories can be offered by path.</summary>
    public virtual bool SharesFiles => false;

    /// <summary>Opens a connection to the API.</summary>
    public abstract ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Opens a session on a connection of its own, where the daemon has that (Docker's <c>/session</c>); null to use <c>Control.Session</c>.</summary>
    public virtual ValueTask<Stream?> OpenSessionAsync(SessionHeaders headers, CancellationToken cancellationToken) => ValueTask.FromResult<Stream?>(null);

    /// <summary>For <c>unix://PATH</c> and <c>tcp://HOST:PORT</c>.</summary>
    /// <exception cref="FormatException">Any other address.</exception>
    public static BuildkitConnector Parse(string endpoint, TlsOptions? tls = null)
    {
        if (endpoint.StartsWith("unix://", StringComparison.Ordinal) && endpoint.Length > 7)
            return new UnixSocketConnector(endpoint[7..]);
        if (Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri is { Scheme: "tcp", Host.Length: > 0, Port: > 0 })
            return new TcpConnector(uri.Host, uri.Port, tls);
        throw new FormatException($"\"{endpoint}\" is no address of a BuildKit (want unix:///path/to/socket or tcp://host:port)");
    }
}
