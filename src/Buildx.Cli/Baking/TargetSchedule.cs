using Buildx.Cli.Building;
using Buildx.Client;

namespace Buildx.Cli.Baking;

/// <summary>Which target is built when: after those it is linked to, and no more at once than are wanted.</summary>
/// <param name="keepGoing">Whether a failure leaves those alone that don't depend on it.</param>
internal sealed class TargetSchedule(int? maximumParallelism, bool keepGoing)
{
    /// <param name="inputs">The graphs of the targets that it is linked to.</param>
    /// <param name="built">To be told the target's own graphs; null where nobody needs them.</param>
    public delegate Task<SolveResult> Solve(IReadOnlyDictionary<string, TargetGraphs> inputs, Action<TargetGraphs>? built, CancellationToken cancellationToken);

    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, Entry> _byName = new(StringComparer.Ordinal);
    private readonly List<(string Target, Exception Failure)> _failures = [];

    /// <summary>How the user calls us.</summary>
    public string CommandName { get; init; } = "buildx";

    /// <summary>What went wrong by itself, not for another target's failure; in that order.</summary>
    public IReadOnlyList<(string Target, Exception Failure)> Failures => _failures;

    /// <param name="isLinked">Whether others wait for its graphs.</param>
    public void Add(TargetBuild target, bool isLinked, Solve solve)
    {
        var entry = new Entry(target, isLinked, solve);
        _entries.Add(entry);
        _byName[target.Name] = entry;
    }

    /// <exception cref="CliException">A target failed; the message names all that did, and what was not built for it.</exception>
    public async Task<IReadOnlyDictionary<string, SolveResult>> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var slots = new SemaphoreSlim(maximumParallelism ?? int.MaxValue);
        var running = _entries.ConvertAll(entry => RunAsync(entry, slots, stop));
        await Task.WhenAll(running);
        cancellationToken.ThrowIfCancellationRequested();
        if (_failures.Count > 0)
            throw Explain();
        return _entries.ToDictionary(entry => entry.Target.Name, entry => entry.Result!);
    }

    private async Task RunAsync(Entry entry, SemaphoreSlim slots, CancellationTokenSource stop)
    {
        try
        {
            var inputs = new Dictionary<string, TargetGraphs>(StringComparer.Ordinal);
            foreach (var linked in entry.Target.Links.Values.Distinct())
                inputs[linked] = await _byName[linked].Graphs.Task.WaitAsync(stop.Token);
            await slots.WaitAsync(stop.Token);
            try
            {
                entry.Result = await entry.Solve(inputs, entry.IsLinked ? graphs => entry.Graphs.TrySetResult(graphs) : null, stop.Token);
                // What doesn't build has no graphs.
                entry.Graphs.TrySetResult(TargetGraphs.None);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or TargetSkippedException)
        {
            entry.Graphs.TrySetException(new TargetSkippedException());
        }
        catch (Exception e)
        {
            lock (_failures)
                _failures.Add((entry.Target.Name, e));
            entry.Graphs.TrySetException(new TargetSkippedException());
            if (!keepGoing)
                await stop.CancelAsync();
        }
        finally
        {
            // Nobody may be waiting.
            _ = entry.Graphs.Task.Exception;
        }
    }

    private CliException Explain()
    {
        var skipped = _entries.Where(entry => entry.Result is null && !_failures.Exists(failure => failure.Target == entry.Target.Name)).Select(entry => entry.Target.Name).ToList();
        var words = _failures.ConvertAll(failure => $"target {failure.Target}: {(failure.Failure is SolveException solve ? $"failed to build: {solve.Message}" : failure.Failure.Message)}");
        if (skipped.Count > 0)
            words.Add($"not built: {string.Join(", ", skipped)}{(keepGoing ? "" : " (--keep-going builds what does not depend on a failed target)")}");
        return new CliException(string.Join('\n', words), innerException: _failures[0].Failure)
        {
            Hints = [.. _failures.Select(failure => failure.Failure).OfType<SolveException>().SelectMany(solve => FailureHints.Of(solve.Message, solve.Ref, CommandName)).Distinct()],
        };
    }

    private sealed class Entry(TargetBuild target, bool isLinked, Solve solve)
    {
        public TargetBuild Target { get; } = target;

        public bool IsLinked { get; } = isLinked;

        public Solve Solve { get; } = solve;

        public TaskCompletionSource<TargetGraphs> Graphs { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SolveResult? Result { get; set; }
    }

    /// <summary>A target that this one is linked to was not built.</summary>
    private sealed class TargetSkippedException : Exception;
}
