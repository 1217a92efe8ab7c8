using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Buildx.TestSupport;

/// <summary>
/// A Docker Engine with its embedded BuildKit, everything private to a directory, without a network of its own (a <c>RUN</c> needs
/// <c>--network=host</c> or <c>none</c>). Needs root, containerd, runc and tini.
/// </summary>
public sealed class DockerDaemon : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly Process _process;
    private readonly StringBuilder _log;

    private DockerDaemon(TemporaryDirectory directory, Process process, StringBuilder log, string socket) =>
        (_directory, _process, _log, SocketPath) = (directory, process, log, socket);

    /// <summary>Where its API answers.</summary>
    public string SocketPath { get; }

    /// <summary>For <c>DOCKER_HOST</c>.</summary>
    public string Host => $"unix://{SocketPath}";

    /// <summary>Where the containerd answers that it has started.</summary>
    public string ContainerdSocket => Path.Combine(_directory.Path, "exec", "containerd", "containerd.sock");

    /// <summary>Whether it has ended by itself.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it has logged so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <param name="configuration">The text of its daemon.json.</param>
    public static Task<DockerDaemon> StartAsync(string configuration = "{}", CancellationToken cancellationToken = default) =>
        StartAsync("dockerd", configuration, cancellationToken);

    /// <param name="program">Which one: <c>dockerd</c>, or <c>dockerd-20.10</c>.</param>
    /// <inheritdoc cref="StartAsync(string, CancellationToken)"/>
    /// <param name="flags">More of its flags, e.g. another <c>-H</c>.</param>
    public static async Task<DockerDaemon> StartAsync(string program, string configuration, CancellationToken cancellationToken, params string[] flags)
    {
        var peers = await Peers.GetDirectoryAsync();
        var directory = new TemporaryDirectory();
        var socket = Path.Combine(directory.Path, "docker.sock");
        var start = new ProcessStartInfo(Path.Combine(peers, "bin", program))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])[
            "--config-file", directory.Write("daemon.json", configuration),
            "--data-root", Path.Combine(directory.Path, "data"), "--exec-root", Path.Combine(directory.Path, "exec"),
            "-p", Path.Combine(directory.Path, "pid"), "-H", $"unix://{socket}",
            "--bridge=none", "--iptables=false", "--ip6tables=false", "--init-path", "/usr/bin/tini-static", .. flags])
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["PATH"] = $"{Path.Combine(peers, "bin")}:{start.Environment["PATH"]}";
        var log = new StringBuilder();
        var process = Process.Start(start)!;
        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var daemon = new DockerDaemon(directory, process, log, socket);
        try
        {
            await daemon.WaitAsync(cancellationToken);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }

        void Append(object sender, DataReceivedEventArgs line)
        {
            lock (log)
                log.AppendLine(line.Data);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // SIGTERM: it ends its containerd too.
            using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
                await kill.WaitForExitAsync();
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await _process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }
        _process.Dispose();
        await _directory.UnmountAsync();
        _directory.Dispose();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(2);)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"dockerd ended with {_process.ExitCode}:\n{Log}");
            try
            {
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
        throw new TimeoutException($"dockerd does not answer:\n{Log}");
    }

    /// <summary>What a killed daemon leaves mounted would keep the directory from being removed.</summary>
}
