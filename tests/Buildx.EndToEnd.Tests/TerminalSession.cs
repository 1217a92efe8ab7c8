using System.Diagnostics;
using System.Text;

namespace Buildx.EndToEnd.Tests;

/// <summary>A shell command in a terminal of its own, and somebody who types and reads there.</summary>
internal sealed class TerminalSession : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly StringBuilder _shown = new();
    private int _seen;

    private TerminalSession(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>All that was shown.</summary>
    public string Shown
    {
        get
        {
            lock (_shown)
                return _shown.ToString();
        }
    }

    public static TerminalSession Start(Workplace place, string command)
    {
        var start = new ProcessStartInfo("script", ["-qefc", command, "/dev/null"])
        {
            WorkingDirectory = place.Project,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in place.Environment)
            start.Environment[name] = value;
        start.Environment["TERM"] = "xterm";
        return new TerminalSession(Process.Start(start)!);
    }

    public async Task TypeAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until something is shown behind what was waited for before.</summary>
    public async Task WaitForAsync(string text)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var place = Shown.IndexOf(text, _seen, StringComparison.Ordinal);
            if (place >= 0)
            {
                _seen = place + text.Length;
                return;
            }
            if (clock.Elapsed > TimeSpan.FromSeconds(60))
                throw new TimeoutException($"no \"{text}\" after {_seen} characters of\n{Shown}");
            await Task.Delay(30);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await _process.StandardOutput.ReadAsync(buffer) is var count and > 0)
        {
            lock (_shown)
                _shown.Append(buffer, 0, count);
        }
    }
}
