using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Buildx.TestSupport;

/// <summary>A server that says in its output which port of 127.0.0.1 it listens on, until it is disposed.</summary>
internal sealed class ListeningProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private ListeningProcess(Process process) => _process = process;

    public int Port { get; private set; }

    /// <summary>What it has written until now.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <param name="pattern">Its first group is the port.</param>
    public static async Task<ListeningProcess> StartAsync(ProcessStartInfo start, Regex pattern, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var server = new ListeningProcess(process);
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Take(string? line)
        {
            lock (server._log)
                server._log.AppendLine(line);
            if (line is not null && pattern.Match(line) is { Success: true } match)
                port.TrySetResult(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.Exited += (_, _) => port.TrySetException(new InvalidOperationException($"{start.FileName} ended:\n{server.Log}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            server.Port = await port.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
