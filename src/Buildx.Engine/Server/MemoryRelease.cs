using Buildx.Linux.Processes;

namespace Buildx.Engine.Server;

/// <summary>
/// Gives memory back to the system when the engine has had nothing to do for a while: what builds needed at their peak would
/// otherwise stay with an engine that waits for days.
/// </summary>
internal sealed class MemoryRelease : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly EngineActivity _activity;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public MemoryRelease(EngineActivity activity, TimeProvider time)
    {
        _activity = activity;
        _activity.Ended += Want;
        _loop = Task.Run(() => RunAsync(time));
    }

    public static void Run()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // Objects that only their finalizers kept go with the second.
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        _activity.Ended -= Want;
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _wanted.Dispose();
    }

    private void Want()
    {
        if (_wanted.CurrentCount == 0)
            _wanted.Release();
    }

    private async Task RunAsync(TimeProvider time)
    {
        while (true)
        {
            await _wanted.WaitAsync(_stop.Token);
            while (_activity.IdleTime is var idle && idle < Patience)
                await Task.Delay(Patience - idle, time, _stop.Token);
            Run();
        }
    }
}
