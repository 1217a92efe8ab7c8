using System.Globalization;
using System.Text;

namespace Buildx.Client;

/// <summary>
/// A connection that begins as a request of HTTP/1.1 and then carries another protocol in both directions (RFC 9110 §7.8), as the
/// Docker Engine's API offers for BuildKit, sessions and the standard streams of containers.
/// </summary>
public static class HttpUpgrade
{
    private const int MaximumHeader = 64 * 1024;

    /// <param name="connect">Opens a connection to the server.</param>
    /// <param name="name">The server's address, for messages.</param>
    /// <param name="json">The request's body; null for none.</param>
    /// <exception cref="IOException">The server refuses; the message has its answer.</exception>
    public static async ValueTask<Stream> OpenAsync(
        Func<CancellationToken, ValueTask<Stream>> connect, string name, string path, string protocol,
        IEnumerable<KeyValuePair<string, string>> headers, string? json, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(json ?? "");
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"POST {path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\nContent-Length: {body.Length}\r\n");
        if (json is not null)
            request.Append("Content-Type: application/json\r\n");
        foreach (var (header, value) in headers)
            request.Append(header).Append(": ").Append(value).Append("\r\n");
        request.Append("\r\n");
        var stream = await connect(cancellationToken);
        try
        {
            await stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(request.ToString()), .. body], cancellationToken);
            var response = await ReadHeaderAsync(stream, name, cancellationToken);
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

    /// <summary>Byte by byte: what follows belongs to the other protocol.</summary>
    private static async ValueTask<string> ReadHeaderAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        var header = new StringBuilder();
        var buffer = new byte[1];
        while (header.Length < MaximumHeader)
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
