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

    /// <summary>Runs git in the repository.</summary>
    public Task<string> GitAsync(params string[] arguments) => GitAsync("repository", arguments);

    /// <summary>A second repository beside the first.</summary>
    public async Task AddRepositoryAsync(string name, IReadOnlyDictionary<string, string> files)
    {
        foreach (var (file, content) in files)
            _directory.Write($"{name}/{file}", content);
        await GitAsync(name, ["init", "--quiet", "--initial-branch=main"]);
        await CommitAsync(name);
    }

    /// <summary>Commits files that were changed.</summary>
    public async Task CommitAsync(IReadOnlyDictionary<string, string> files)
    {
        foreach (var (file, content) in files)
            _directory.Write("repository/" + file, content);
        await CommitAsync("repository");
    }

    /// <param name="files">What is committed, by path.</param>
    public static async Task<GitDaemon> StartAsync(IReadOnlyDictionary<string, string> files)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var daemon = new GitDaemon(port);
        await daemon.AddRepositoryAsync("repository", files);
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

    private async Task<string> GitAsync(string repository, string[] arguments)
    {
        var git = new Tool("git") { WorkingDirectory = Path.Combine(_directory.Path, repository) };
        return (await git.SucceedAsync(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "protocol.file.allow=always", .. arguments])).Output.Trim();
    }

    private async Task CommitAsync(string repository)
    {
        await GitAsync(repository, ["add", "--all"]);
        await GitAsync(repository, ["commit", "--quiet", "--message=all"]);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }
}
