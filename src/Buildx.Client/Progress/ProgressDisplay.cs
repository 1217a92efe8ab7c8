namespace Buildx.Client.Progress;

/// <summary>
/// Shows a build's progress. Feed it through <see cref="IProgressSink"/>; <see cref="Complete"/> draws the end. Between reports it
/// redraws by itself.
/// </summary>
public abstract class ProgressDisplay : IProgressSink, IDisposable
{
    private readonly Lock _lock = new();
    private Timer? _timer;
    private long _lastDrawn = long.MinValue / 2;
    private bool _completed;

    /// <summary>What is shown.</summary>
    public BuildStatus Status { get; }

    private protected ProgressDisplay(TimeSpan? refresh, bool printsLogs = false)
    {
        Status = new BuildStatus { PrintsLogs = printsLogs };
        if (refresh is { } period)
            _timer = new Timer(_ => Tick(), null, period, period);
        MinimumDelay = refresh is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(100);
    }

    private protected TimeSpan MinimumDelay { get; init; }

    /// <param name="output">Where to: the standard error.</param>
    /// <param name="terminal">The terminal behind it; null if it is none.</param>
    /// <param name="environment">NO_COLOR, BUILDKIT_COLORS, BUILDKIT_TTY_LOG_LINES, TTY_DISPLAY_RATE, PROGRESS_NO_TRUNC.</param>
    /// <param name="description">What builds, as the first line of a log.</param>
    /// <param name="shortDescription">The same for a terminal's header, which has little room.</param>
    /// <exception cref="InvalidOperationException"><see cref="ProgressMode.Tty"/> without a terminal.</exception>
    public static ProgressDisplay Create(
        ProgressMode mode, TextWriter output, ITerminal? terminal, Func<string, string?>? environment = null, string? description = null,
        string? shortDescription = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        return mode switch
        {
            ProgressMode.Tty or ProgressMode.Auto when terminal is not null =>
                new TtyDisplay(output, terminal, ProgressColors.Read(environment), TtyOptions.Read(environment), TimeProvider.System, shortDescription ?? description),
            ProgressMode.Tty => throw new InvalidOperationException("--progress=tty needs a terminal; use --progress=plain"),
            ProgressMode.Plain or ProgressMode.Auto => new PlainDisplay(output, TimeProvider.System, environment("PROGRESS_NO_TRUNC") == "0", description),
            ProgressMode.RawJson => new RawJsonDisplay(output),
            _ => new QuietDisplay(),
        };
    }

    public void Report(SolveStatus status)
    {
        lock (_lock)
        {
            if (_completed)
                return;
            Status.Apply(status);
            OnReport(status);
            if (Environment.TickCount64 - _lastDrawn >= MinimumDelay.TotalMilliseconds)
                DrawNow();
        }
    }

    /// <summary>All warnings so far.</summary>
    public IReadOnlyList<BuildWarning> GetWarnings()
    {
        lock (_lock)
            return [.. Status.Steps.SelectMany(step => step.Warnings)];
    }

    /// <summary>Draws the end; later reports are ignored.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            if (_completed)
                return;
            _completed = true;
            _timer?.Dispose();
            _timer = null;
            Draw(isLast: true);
        }
    }

    public void Dispose()
    {
        Complete();
        GC.SuppressFinalize(this);
    }

    private protected virtual void OnReport(SolveStatus status)
    {
    }

    private protected abstract void Draw(bool isLast);

    private void Tick()
    {
        lock (_lock)
        {
            if (!_completed)
                DrawNow();
        }
    }

    private void DrawNow()
    {
        _lastDrawn = Environment.TickCount64;
        Draw(isLast: false);
    }
}
