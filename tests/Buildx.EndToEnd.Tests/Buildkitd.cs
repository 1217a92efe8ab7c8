using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>
/// The engine as a daemon of its own, with everything private to a directory: its state, a socket, a TCP port with mutual TLS. None
/// of its processes and mounts may remain when it has ended.
/// </summary>
internal sealed partial class Buildkitd : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringBuilder _log = new();
    private Process? _process;

    private Buildkitd() => TestCertificates.Write(_directory.Path);

    public string Path => _directory.Path;

    public string Socket => _directory.Path + "/buildkitd.sock";

    public string UnixAddress => $"unix://{Socket}";

    /// <summary>The port that the system gave it.</summary>
    public string TcpAddress => $"tcp://{TcpLine().Match(Log).Groups["address"].Value}";

    public int ProcessId => _process!.Id;

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    private Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>Files of <see cref="TestCertificates"/>.</summary>
    public string Certificate(string file) => System.IO.Path.Combine(_directory.Path, file);

    /// <summary>A daemon that listens on a socket, and on TCP with mutual TLS.</summary>
    public static Task<Buildkitd> StartAsync(BaseImageRegistry bases, string toml = "", params string[] flags) => StartAsync(bases, toml, [], flags);

    public static async Task<Buildkitd> StartAsync(BaseImageRegistry bases, string toml, Dictionary<string, string> environment, params string[] flags)
    {
        var daemon = new Buildkitd { Environment = environment };
        await File.WriteAllTextAsync(daemon.Path + "/buildkitd.toml", $"""
            [registry."docker.io"]
              mirrors = ["{bases.Server.Host}"]
            [registry."{bases.Server.Host}"]
              http = true
            {toml}
            """);
        await daemon.RestartAsync([
            "--addr", daemon.UnixAddress, "--addr", "tcp://127.0.0.1:0", "--tlscacert", daemon.Certificate(TestCertificates.AuthorityFile),
            "--tlscert", daemon.Certificate(TestCertificates.ServerCertificateFile), "--tlskey", daemon.Certificate(TestCertificates.ServerKeyFile), .. flags]);
        return daemon;
    }

    public async Task RestartAsync(params string[] flags)
    {
        lock (_log)
            _log.Clear();
        _process = Start(flags);
        for (var clock = Stopwatch.StartNew(); !Log.Contains("running server on", StringComparison.Ordinal); await Task.Delay(50))
        {
            if (_process.HasExited || clock.Elapsed > TimeSpan.FromMinutes(1))
                throw new InvalidOperationException($"the daemon did not start:\n{Log}");
        }
    }

    /// <summary>SIGTERM, and the exit code that follows.</summary>
    public async Task<int> StopAsync(string signal = "-TERM")
    {
        await new Tool("kill").SucceedAsync(signal, ProcessId.ToString(CultureInfo.InvariantCulture));
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process!.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await StopAsync();
        _process?.Dispose();
        for (var clock = Stopwatch.StartNew(); Remains().ToList() is { Count: > 0 } remains; await Task.Delay(100))
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(20))
                throw new InvalidOperationException($"the daemon left behind: {string.Join(" | ", remains)}\n{Log}");
        }
        _directory.Dispose();
    }

    /// <summary>Processes and mounts that belong to this daemon, the daemon itself aside.</summary>
    public IEnumerable<string> Remains() => Workplace.CommandLines()
        .Where(process => process.Id != System.Environment.ProcessId && process.Command.Contains(Path, StringComparison.Ordinal) && (_process is null or { HasExited: true } || process.Id != ProcessId))
        .Select(process => process.Command)
        .Concat(File.ReadAllLines("/proc/self/mountinfo").Where(line => line.Contains(Path, StringComparison.Ordinal)));

    private Process Start(string[] flags)
    {
        var start = new ProcessStartInfo(Repository.Executable)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])["buildkitd", "--config", Path + "/buildkitd.toml", "--root", Path + "/state", .. flags])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Append(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }

    [GeneratedRegex(@"running server on (?<address>127\.0\.0\.1:\d+)")]
    private static partial Regex TcpLine();
}
