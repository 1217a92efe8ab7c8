using System.Diagnostics.CodeAnalysis;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Solving;

/// <summary>A source's tree whose identity is known, and whose content comes when somebody reads it.</summary>
/// <param name="fetch">Brings it, and keeps it as a record; where to show how far it is may be null.</param>
[SuppressMessage("Design", "CA1001", Justification = "a semaphore holds nothing until its wait handle is asked for")]
internal sealed class FetchedTree(Func<IVertexProgress?, CancellationToken, Task<Snapshot>> fetch, ILayerStore layers) : OutputTree
{
    private readonly SemaphoreSlim _fetching = new(1);
    private readonly Lock _lock = new();
    private readonly List<IStorageLease> _leases = [];
    private Snapshot? _snapshot;

    public bool IsFetched => _snapshot is not null;

    public override bool IsAvailable => _snapshot is not { } snapshot || layers.IsAvailable(snapshot);

    public async Task<Snapshot> FetchAsync(IVertexProgress? progress, CancellationToken cancellationToken)
    {
        await _fetching.WaitAsync(cancellationToken);
        try
        {
            return _snapshot ?? Keep(await fetch(progress, cancellationToken));
        }
        finally
        {
            _fetching.Release();
        }
    }

    public override async ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken) =>
        await new SnapshotTree(await FetchAsync(null, cancellationToken), layers).OpenAsync(cancellationToken);

    public override ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken) => new(FetchAsync(null, cancellationToken));

    public override void Protect(IStorageLease lease)
    {
        lock (_lock)
        {
            if (_snapshot is { } snapshot)
                lease.TryProtect(snapshot);
            else
                _leases.Add(lease);
        }
    }

    private Snapshot Keep(Snapshot snapshot)
    {
        lock (_lock)
        {
            foreach (var lease in _leases)
            {
                try
                {
                    lease.TryProtect(snapshot);
                }
                catch (ObjectDisposedException)
                {
                    // Whoever that was is done with it; the build's own lease is another.
                }
            }
            _leases.Clear();
            return _snapshot = snapshot;
        }
    }
}
