using System.Net.Sockets;

namespace Buildx.Client;

/// <summary>A BuildKit behind a Unix socket.</summary>
/// <param name="sharesFiles">Whether the daemon is known to see this machine's files as this process does.</param>
public sealed class UnixSocketConnector(string path, bool sharesFiles = false) : BuildkitConnector
{
    public override string Name => $"unix://{path}";

    public override bool SharesFiles => sharesFiles;

    public override async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
