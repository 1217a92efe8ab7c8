using Buildx.Engine.Storage;

namespace Buildx.Engine.Server;

/// <summary>Applies the policies a moment after builds ended, one run at a time.</summary>
internal sealed class AutomaticPruning : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly IStorage _storage;
    private readonly IReadOnlyList<PrunePolicy> _policies;
    private readonly EngineActivity _activity;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public AutomaticPruning(IStorage storage, IReadOnlyList<PrunePolicy> policies, EngineActivity activity, TimeProvider time)
    {
        (_storage, _policies, _activity) = (storage, policies, activity);
        _activity.Ended += Want;
        _loop = policies.Count == 0 ? Task.CompletedTask : Task.Run(() => RunAsync(time));
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
            await Task.Delay(Delay, time, _stop.Token);
            try
            {
                await _storage.PruneAsync(_policies, _ => { }, _stop.Token);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The next build's end tries again; a build never fails for it.
                await Console.Error.WriteLineAsync($"garbage collection failed: {e.Message}");
            }
        }
    }
}
