namespace Buildx.Engine.Solving;

/// <summary>
/// Work in flight, by key: whoever asks for the same key while it runs joins it. It is cancelled only when everybody who
/// asked has gone.
/// </summary>
/// <typeparam name="TContext">What the work and its participants share, e.g. progress and sessions.</typeparam>
internal sealed class SharedWork<TKey, TContext, TResult>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Entry> _running = [];

    /// <param name="join">Called, for the first participant and each later one, before it waits.</param>
    /// <param name="received">Called while the work's context is still alive, with the result.</param>
    public async Task<TResult> RunAsync(
        TKey key,
        Func<TContext> create,
        Action<TContext> join,
        Func<TContext, CancellationToken, Task<TResult>> work,
        Action<TResult> received,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Entry entry;
        var isFirst = false;
        lock (_lock)
        {
            // Work that everybody left is on its way out: a newcomer starts afresh.
            if (!_running.TryGetValue(key, out entry!) || entry.Participants == 0)
            {
                entry = new Entry(create());
                _running[key] = entry;
                isFirst = true;
            }
            entry.Participants++;
        }
        try
        {
            join(entry.Context);
            if (isFirst)
                _ = RunAsync(key, entry, work);
            var result = await entry.Completion.Task.WaitAsync(cancellationToken);
            received(result);
            return result;
        }
        finally
        {
            await LeaveAsync(key, entry);
        }
    }

    private async Task RunAsync(TKey key, Entry entry, Func<TContext, CancellationToken, Task<TResult>> work)
    {
        try
        {
            var result = await Task.Run(() => work(entry.Context, entry.Cancellation.Token));
            Remove(key, entry);
            entry.Completion.TrySetResult(result);
        }
        catch (OperationCanceledException e) when (entry.Cancellation.IsCancellationRequested)
        {
            Remove(key, entry);
            entry.Completion.TrySetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            Remove(key, entry);
            entry.Completion.TrySetException(e);
            _ = entry.Completion.Task.Exception; // observed, even if everybody left
        }
        finally
        {
            entry.Ended.TrySetResult();
        }
    }

    private async ValueTask LeaveAsync(TKey key, Entry entry)
    {
        bool last;
        lock (_lock)
            last = --entry.Participants == 0;
        if (!last)
            return;
        if (!entry.Ended.Task.IsCompleted)
        {
            // The last one to leave waits for the clean-up: a cancelled build is over when nothing of it runs any more.
            await entry.Cancellation.CancelAsync();
            await entry.Ended.Task;
        }
        Remove(key, entry);
        entry.Cancellation.Dispose();
        if (entry.Context is IAsyncDisposable context)
            await context.DisposeAsync();
    }

    private void Remove(TKey key, Entry entry)
    {
        lock (_lock)
        {
            if (_running.TryGetValue(key, out var current) && current == entry)
                _running.Remove(key);
        }
    }

    private sealed class Entry(TContext context)
    {
        public TContext Context { get; } = context;
        public int Participants { get; set; }
        public CancellationTokenSource Cancellation { get; } = new();
        public TaskCompletionSource<TResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
