using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Buildx.TestSupport;

namespace Buildx.Differential.Tests.Builders;

/// <summary><c>git daemon</c> on 127.0.0.1 for all repositories below a directory.</summary>
internal sealed class GitServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    private GitServer(int port)
    {
        Url = $"git://127.0.0.1:{port}";
        var start = new ProcessStartInfo("git", [
            "daemon", "--export-all", "--listen=127.0.0.1", $"--port={port}", $"--base-path={_directory.Path}", _directory.Path])
        {
            // What it would say of each request.
            RedirectStandardError = true,
        };
        // Repositories may belong to somebody else.
        start.Environment["GIT_CONFIG_COUNT"] = "1";
        start.Environment["GIT_CONFIG_KEY_0"] = "safe.directory";
        start.Environment["GIT_CONFIG_VALUE_0"] = "*";
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
    }

    public string Path => _directory.Path;

    public string Url { get; }

    public static async Task<GitServer> StartAsync()
    {
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        var server = new GitServer(port);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return server;
            }
            catch (SocketException) when (attempt < 200 && !server._process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }
}
