using Buildx.Engine.Storage;
using Buildx.Engine.Trees;

namespace Buildx.Engine.Solving;

/// <summary>The ordinary output: layers.</summary>
internal sealed class SnapshotTree(Snapshot snapshot, ILayerStore layers) : OutputTree
{
    public Snapshot Snapshot { get; } = snapshot;

    public override bool IsAvailable => layers.IsAvailable(Snapshot);

    public override async ValueTask<OpenTree> OpenAsync(CancellationToken cancellationToken)
    {
        var mount = await layers.MountAsync(Snapshot, null, cancellationToken);
        return new OpenTree(new FileTree(mount.Path), mount);
    }

    public override ValueTask<Snapshot> ToSnapshotAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Snapshot);

    public override void Protect(IStorageLease lease) => lease.Protect(Snapshot);
}
