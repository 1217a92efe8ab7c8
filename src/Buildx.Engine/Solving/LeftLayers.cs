using Buildx.Engine.Storage;

namespace Buildx.Engine.Solving;

/// <summary>Layers of a step that failed: they go with the last build that may look at them.</summary>
internal sealed class LeftLayers(ILayerStore layers, Snapshot left, IStorageLease lease)
{
    private int _keepers = 1;

    /// <summary>Gives them to the builds; without this they go at once.</summary>
    public async ValueTask HandOverAsync(IEnumerable<BuildJob> jobs)
    {
        foreach (var job in jobs)
        {
            Interlocked.Increment(ref _keepers);
            if (!job.Keep(new Share(this)))
                await LeaveAsync();
        }
        await LeaveAsync();
    }

    private ValueTask LeaveAsync()
    {
        if (Interlocked.Decrement(ref _keepers) > 0)
            return ValueTask.CompletedTask;
        lease.Dispose();
        foreach (var layer in left.Layers)
            layers.Discard(layer);
        return ValueTask.CompletedTask;
    }

    private sealed class Share(LeftLayers left) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => left.LeaveAsync();
    }
}
