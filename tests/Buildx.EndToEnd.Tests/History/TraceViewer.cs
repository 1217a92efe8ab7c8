using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>A <c>history trace</c> that serves its page.</summary>
internal sealed partial class TraceViewer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private TraceViewer(Process process) => _process = process;

    public int Port { get; private set; }

    public string Log => _log.ToString();

    public static async Task<TraceViewer> StartAsync(Tool tool, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(tool.Name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = tool.WorkingDirectory };
        foreach (var (name, value) in tool.Environment)
            start.Environment[name] = value;
        var viewer = new TraceViewer(Process.Start(start)!);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await viewer._process.StandardError.ReadLineAsync(patience.Token) is { } line)
        {
            viewer._log.AppendLine(line);
            if (Address().Match(line) is not { Success: true } match)
                continue;
            viewer.Port = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            return viewer;
        }
        await viewer.DisposeAsync();
        throw new InvalidOperationException(viewer.Log);
    }

    /// <summary>As Ctrl-C does.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> InterruptAsync()
    {
        await new Tool("kill").SucceedAsync("-INT", _process.Id.ToString(CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [GeneratedRegex(@"available at http://[^/]+:(\d+)/")]
    private static partial Regex Address();
}
