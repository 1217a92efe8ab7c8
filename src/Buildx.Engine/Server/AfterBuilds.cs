namespace Buildx.Engine.Server;

/// <summary>Does some work whenever builds have ended: once for however many ended meanwhile, and one run at a time.</summary>
internal sealed class AfterBuilds : IAsyncDisposable
{
    private readonly EngineActivity _activity;
    private readonly Func<CancellationToken, Task> _work;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public AfterBuilds(EngineActivity activity, Func<CancellationToken, Task> work)
    {
        (_activity, _work) = (activity, work);
        _activity.Ended += Want;
        _loop = Task.Run(RunAsync);
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

    private async Task RunAsync()
    {
        while (true)
        {
            await _wanted.WaitAsync(_stop.Token);
            await _work(_stop.Token);
        }
    }
}
