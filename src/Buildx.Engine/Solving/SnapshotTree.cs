using Buildx.Engine.Operations.Files;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;

namespace Buildx.Engine.Solving;

/// <summary>The ordinary output: layers.</summary>
internal sealed class SnapshotTree(Snapshot snapshot, ILayerStore layers) : OutputTree
{
    public Snapshot Snapshot { get; } = snapshot;

    public override bool IsAvailable => layers.IsAvailable(Snapshot);

    public override async ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken) =>
        new MountedTree(await layers.MountAsync(Snapshot, null, cancellationToken));

    public override ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Snapshot);

    // What is gone already needs no protection: the solver notices, and makes it again.
    public override void Protect(IStorageLease lease) => lease.TryProtect(Snapshot);

    private sealed class MountedTree(IMountedSnapshot mount) : IOpenTree
    {
        public FileTree Tree { get; } = new(mount.Path);

        public ValueTask DisposeAsync() => mount.DisposeAsync();
    }
}
