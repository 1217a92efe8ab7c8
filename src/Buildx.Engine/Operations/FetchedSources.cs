using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Operations;

/// <summary>Trees of sources that are identified before they are brought.</summary>
internal sealed class FetchedSources(IStorage storage, TimeProvider time)
{
    /// <summary>The tree as it was kept, or else one that is fetched, and kept, when somebody reads it.</summary>
    public SourceResolution Resolve(
        Digest id, RecordType type, OperationContext context, Func<IVertexProgress?, CancellationToken, Task<Snapshot>> fetch)
    {
        if (Find(id) is { } snapshot && context.Lease.TryProtect(snapshot))
            return new SourceResolution(id, new SnapshotTree(snapshot, storage.Layers), KeepRecord: true, type);
        var tree = new FetchedTree(
            async (progress, cancellationToken) =>
            {
                // Another build may have been faster.
                if (Find(id) is { } found)
                    return found;
                var fetched = await fetch(progress, cancellationToken);
                Save(id, fetched, context.Vertex.Name, type);
                return fetched;
            },
            storage.Layers);
        return new SourceResolution(id, tree, KeepRecord: false);
    }

    /// <summary>A tree that had to be brought to identify it.</summary>
    public SourceResolution Keep(Digest id, Snapshot tree, RecordType type = RecordType.Regular) =>
        new(id, new SnapshotTree(Find(id) ?? tree, storage.Layers), KeepRecord: true, type);

    /// <summary>Keeps a tree, to be found under this id.</summary>
    public void Save(Digest id, Snapshot tree, string description, RecordType type) =>
        storage.Records.Save(new CacheRecord(id, [tree], description, type, time.GetUtcNow()), [id]);

    public static bool IsMissing(OutputTree tree) => tree is FetchedTree { IsFetched: false };

    public static Task FetchAsync(OutputTree tree, IVertexProgress progress, CancellationToken cancellationToken) =>
        ((FetchedTree)tree).FetchAsync(progress, cancellationToken);

    /// <summary>The tree that was kept under this id, if it is still here.</summary>
    public Snapshot? Find(Digest id) =>
        storage.Records.Find(id) is { Outputs: [{ } snapshot] } && storage.Layers.IsAvailable(snapshot) ? snapshot : null;
}
