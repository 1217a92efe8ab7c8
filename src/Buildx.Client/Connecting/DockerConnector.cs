using System.Text;
using Buildx.Protocol.Sessions;

namespace Buildx.Client;

/// <summary>
/// The BuildKit inside a Docker Engine: its API behind an HTTP upgrade to <c>h2c</c> at <c>/grpc</c>, sessions behind one at
/// <c>/session</c>.
/// </summary>
/// <param name="name">The Docker Engine's address, for messages.</param>
/// <param name="connect">Opens a connection to its HTTP API.</param>
public sealed class DockerConnector(string name, Func<CancellationToken, ValueTask<Stream>> connect) : BuildkitConnector
{
    private const int MaxResponseHeader = 64 * 1024;

    public override string Name => name;

    /// <summary>For a Docker Engine's Unix socket.</summary>
    public static DockerConnector ForSocket(string path) => new($"unix://{path}", new UnixSocketConnector(path).ConnectAsync);

    public override ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken) => UpgradeAsync("/grpc", [], cancellationToken);

    public override async ValueTask<Stream?> OpenSessionAsync(SessionHeaders headers, CancellationToken cancellationToken) =>
        await UpgradeAsync("/session", headers.ToPairs(), cancellationToken);

    private async ValueTask<Stream> UpgradeAsync(string path, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        var request = new StringBuilder($"POST {path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n");
        foreach (var (header, value) in headers)
            request.Append(header).Append(": ").Append(value).Append("\r\n");
        request.Append("\r\n");
        var stream = await connect(cancellationToken);
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request.ToString()), cancellationToken);
            var response = await ReadHeaderAsync(stream, cancellationToken);
            var status = response.Split("\r\n")[0];
            if (!status.Contains(" 101 ", StringComparison.Ordinal))
                throw new IOException($"The Docker Engine at {name} refuses {path}: {status}");
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Byte by byte: what follows belongs to the upgraded protocol.</summary>
    private async ValueTask<string> ReadHeaderAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new StringBuilder();
        var buffer = new byte[1];
        while (header.Length < MaxResponseHeader)
        {
            if (await stream.ReadAsync(buffer, cancellationToken) == 0)
                break;
            header.Append((char)buffer[0]);
            if (buffer[0] == '\n' && header.Length >= 4 && header[^4] == '\r' && header[^3] == '\n' && header[^2] == '\r')
                return header.ToString();
        }
        throw new IOException($"What answers at {name} is no Docker Engine.");
    }
}
