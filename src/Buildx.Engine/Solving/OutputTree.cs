using Buildx.Engine.Operations.Files;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Solving;

/// <summary>One output of a vertex: a file system tree that others read from and build on.</summary>
internal abstract class OutputTree : IFileOperationInput
{
    /// <summary>Whether it can still be read; garbage collection may have taken it.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>The tree to read from, where it is.</summary>
    public abstract ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The tree as layers, for mounting and export. May copy, once, where it does not live in the layer store.</summary>
    public abstract ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken);

    public abstract void Protect(IStorageLease lease);

    /// <summary>Keeps a tree that lives only as long as somebody uses it; null where there is no need to.</summary>
    public virtual IAsyncDisposable? Hold() => null;

    /// <summary>False when the tree was changed, by its owner, since its vertex was resolved.</summary>
    public virtual ValueTask<bool> IsUnchangedAsync(CancellationToken cancellationToken) => ValueTask.FromResult(true);
}
