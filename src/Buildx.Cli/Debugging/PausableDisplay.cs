using Buildx.Client.Progress;

namespace Buildx.Cli.Debugging;

/// <summary>A build's progress that gives the terminal away and takes it back: what comes meanwhile is shown afterwards.</summary>
/// <param name="create">A display; each shows what is new since the one before.</param>
internal sealed class PausableDisplay(Func<ProgressDisplay> create) : IProgressSink, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SolveStatus> _missed = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<BuildWarning> _warnings = [];
    private ProgressDisplay _current = create();
    private bool _isPaused;

    /// <summary>Ends when the step that failed was reported.</summary>
    public Task Failed => _failed.Task;

    public void Report(SolveStatus status)
    {
        lock (_lock)
        {
            if (_isPaused)
                _missed.Add(status);
            else
                _current.Report(status);
        }
        if (status.Vertexes.Any(vertex => vertex.Error.Length > 0))
            _failed.TrySetResult();
    }

    public void Pause()
    {
        lock (_lock)
        {
            _isPaused = true;
            _current.Complete();
        }
    }

    public void Resume()
    {
        lock (_lock)
        {
            _warnings.AddRange(_current.GetWarnings());
            _current = create();
            _isPaused = false;
            foreach (var status in _missed)
                _current.Report(status);
            _missed.Clear();
        }
    }

    public void Complete()
    {
        lock (_lock)
            _current.Complete();
    }

    public IReadOnlyList<BuildWarning> GetWarnings()
    {
        lock (_lock)
            return [.. _warnings, .. _current.GetWarnings()];
    }

    public void Dispose() => Complete();
}
