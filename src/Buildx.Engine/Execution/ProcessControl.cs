using System.Runtime.InteropServices;

namespace Buildx.Engine.Execution;

/// <summary>
/// A hold on a process that runs, for whoever talks to it: its input and output, signals, the size of its terminal's window.
/// What comes before the process is there reaches it as soon as it is.
/// </summary>
internal sealed class ProcessControl
{
    private readonly TaskCompletionSource<RuntimeRun?> _run = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Becomes standard input, or what is typed at the terminal. Belongs to the run from its start on.</summary>
    public SafeHandle? Input { get; init; }

    /// <summary>Becomes standard output, which then goes to nobody else. Belongs to the run from its start on.</summary>
    public SafeHandle? Output { get; init; }

    /// <summary>The container that the process is the first of; null until it is started.</summary>
    public RunningContainer? Container { get; set; }

    /// <summary>Ends when the process was started, or never will be.</summary>
    public Task Started => _run.Task;

    public async Task SignalAsync(int signal, CancellationToken cancellationToken)
    {
        if (await _run.Task.WaitAsync(cancellationToken) is { } run)
            await run.SignalAsync(signal, cancellationToken);
    }

    public async Task ResizeAsync(int rows, int columns, CancellationToken cancellationToken)
    {
        if (await _run.Task.WaitAsync(cancellationToken) is { } run)
            run.Resize(rows, columns);
    }

    /// <summary>The run that carries the process has begun.</summary>
    public void Attach(RuntimeRun run) => _run.TrySetResult(run);

    /// <summary>There is no process, or none any more.</summary>
    public void Detach()
    {
        _run.TrySetResult(null);
        Input?.Dispose();
        Output?.Dispose();
    }
}
