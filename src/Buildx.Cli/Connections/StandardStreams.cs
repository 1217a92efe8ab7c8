using System.Net.Security;
using System.Net.Sockets;

namespace Buildx.Cli.Connections;

/// <summary><c>dial-stdio</c>: what a client that reaches this machine only by a command speaks to a daemon through.</summary>
internal static class StandardStreams
{
    /// <summary>Joins standard input and output with a connection, until the other side has closed its end.</summary>
    public static async Task JoinAsync(Stream connection, CancellationToken cancellationToken)
    {
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        var sending = SendAsync();
        await connection.CopyToAsync(output, cancellationToken);
        await Task.WhenAny(sending, Task.Delay(100, cancellationToken));

        async Task SendAsync()
        {
            await input.CopyToAsync(connection, cancellationToken);
            switch (connection)
            {
                case NetworkStream network:
                    network.Socket.Shutdown(SocketShutdown.Send);
                    break;
                case SslStream encrypted:
                    await encrypted.ShutdownAsync();
                    break;
            }
        }
    }
}
