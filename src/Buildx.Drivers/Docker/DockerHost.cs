using Buildx.Client;

namespace Buildx.Drivers.Docker;

/// <summary>
/// Where a Docker Engine's API answers: <c>unix://PATH</c>, <c>tcp://HOST[:PORT]</c> with or without TLS, or <c>ssh://[USER@]HOST[:PORT]</c>,
/// where the Docker CLI of that machine carries the API (<c>docker system dial-stdio</c>).
/// </summary>
/// <param name="Tls">For <c>tcp</c>; null for none.</param>
public sealed record DockerHost(string Url, TlsOptions? Tls = null)
{
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    /// <summary>Opens a connection to the HTTP API.</summary>
    /// <exception cref="DriverException">The address is none that this program can reach.</exception>
    public ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken) => Connector().ConnectAsync(cancellationToken);

    /// <summary>For requests to <c>http://docker/…</c>.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler { ConnectCallback = (_, cancellationToken) => ConnectAsync(cancellationToken) })
    {
        BaseAddress = new Uri("http://docker"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Why a request came to nothing. For a socket that does not exist, .NET speaks of addresses.</summary>
    public string WhyUnreachable(HttpRequestException exception) =>
        Url.StartsWith("unix://", StringComparison.Ordinal) && !File.Exists(Url["unix://".Length..])
            ? "there is no such socket"
            : (exception.InnerException ?? exception).Message;

    private BuildkitConnector Connector()
    {
        if (Url.StartsWith("unix://", StringComparison.Ordinal))
            return new UnixSocketConnector(Url["unix://".Length..]);
        // As the Docker CLI: without a scheme it is tcp, without a host this machine.
        var address = Url.Contains("://", StringComparison.Ordinal) ? Url : $"tcp://{Url}";
        address = address.StartsWith("tcp://", StringComparison.Ordinal) && address[6..] is "" or [':', ..] ? $"tcp://127.0.0.1{address[6..]}" : address;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            throw new DriverException($"\"{Url}\" is no address of a Docker Engine (want unix:///path, tcp://host:port or ssh://host)");
        return uri.Scheme switch
        {
            "tcp" or "http" or "https" => new TcpConnector(uri.Host, uri.Port > 0 ? uri.Port : Tls is null ? PlainPort : TlsPort, Tls, isHttp2: false),
            // A path is that of the engine's socket on the other machine.
            "ssh" => new CommandConnector(Url, "ssh", [
                .. SshArguments.For(uri), "docker", .. uri.AbsolutePath is { Length: > 1 } path ? (string[])["--host", Quote($"unix://{path}")] : [], "system", "dial-stdio"]),
            _ => throw new DriverException($"a Docker Engine at {Url} cannot be reached: {uri.Scheme}:// is not supported (unix://, tcp:// and ssh:// are)"),
        };
    }

    /// <summary>A word of a shell's, as which ssh hands a command to the other machine.</summary>
    private static string Quote(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
