namespace Buildx.Cli.Tools.Buildctl;

/// <summary><c>dial-stdio</c>: what a client that reaches this machine only by a command speaks to the daemon through.</summary>
internal static class StandardStreams
{
    /// <summary>Joins standard input and output with the daemon, until it has closed its end.</summary>
    public static async Task JoinAsync(BuildctlOptions options)
    {
        using var timeout = new CancellationTokenSource(options.Timeout);
        await using var stream = await options.Connector().ConnectAsync(timeout.Token);
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        var sending = SendAsync();
        await stream.CopyToAsync(output);
        await Task.WhenAny(sending, Task.Delay(100));

        async Task SendAsync()
        {
            await input.CopyToAsync(stream);
            switch (stream)
            {
                case System.Net.Sockets.NetworkStream network:
                    network.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                    break;
                case System.Net.Security.SslStream encrypted:
                    await encrypted.ShutdownAsync();
                    break;
            }
        }
    }
}
