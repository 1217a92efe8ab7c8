using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Local;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Operations;

/// <summary>A client's directory as an output; given back when the last build that uses it has ended.</summary>
internal sealed class LocalOutputTree(LocalTree tree) : OutputTree
{
    private readonly Lock _lock = new();
    private int _holders;
    private bool _isReleased;

    public override bool IsAvailable
    {
        get
        {
            lock (_lock)
                return !_isReleased;
        }
    }

    public override ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken) => tree.OpenAsync(cancellationToken);

    public override ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken) => tree.GetSnapshotAsync(cancellationToken);

    public override async ValueTask<bool> IsUnchangedAsync(CancellationToken cancellationToken) => await tree.IsUnchangedAsync(cancellationToken);

    public override void Protect(IStorageLease lease)
    {
    }

    public override IAsyncDisposable Hold()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isReleased, this);
            _holders++;
        }
        return new Holder(this);
    }

    private async ValueTask ReleaseAsync()
    {
        lock (_lock)
        {
            if (--_holders > 0)
                return;
            _isReleased = true;
        }
        await tree.DisposeAsync();
    }

    private sealed class Holder(LocalOutputTree owner) : IAsyncDisposable
    {
        private LocalOutputTree? _owner = owner;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _owner, null)?.ReleaseAsync() ?? default;
    }
}
