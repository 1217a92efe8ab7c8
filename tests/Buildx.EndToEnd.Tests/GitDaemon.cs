using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>A repository behind git's own daemon.</summary>
internal sealed class GitDaemon : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    private GitDaemon(int port)
    {
        Url = $"git://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/repository";
        _process = Process.Start(new ProcessStartInfo("git",
            ["daemon", "--reuseaddr", "--listen=127.0.0.1", $"--port={port}", "--export-all", $"--base-path={_directory.Path}", _directory.Path])
        {
            RedirectStandardError = true,
        })!;
    }

    public string Url { get; }

    /// <param name="files">What is committed, by path.</param>
    public static async Task<GitDaemon> StartAsync(IReadOnlyDictionary<string, string> files)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var daemon = new GitDaemon(port);
        foreach (var (name, content) in files)
            daemon._directory.Write("repository/" + name, content);
        var git = new Tool("git") { WorkingDirectory = Path.Combine(daemon._directory.Path, "repository") };
        await git.SucceedAsync("init", "--quiet", "--initial-branch=main");
        await git.SucceedAsync("add", "--all");
        await git.SucceedAsync("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=all");
        for (var attempt = 0; ; attempt++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return daemon;
            }
            catch (SocketException) when (attempt < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }
}
