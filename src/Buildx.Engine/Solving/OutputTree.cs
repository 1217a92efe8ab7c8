using Buildx.Engine.Operations.Files;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;

namespace Buildx.Engine.Solving;

/// <summary>One output of a vertex: a file system tree that others read from.</summary>
internal abstract class OutputTree
{
    /// <summary>Whether it can still be read; garbage collection may have taken it.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>The tree to read from, where it is.</summary>
    public abstract ValueTask<OpenTree> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The tree as layers, for mounting and export. May copy, once, where it does not live in the layer store.</summary>
    public abstract ValueTask<Snapshot> ToSnapshotAsync(CancellationToken cancellationToken);

    public abstract void Protect(IStorageLease lease);

    /// <summary>Opens an output, of which none is an empty tree.</summary>
    public static ValueTask<OpenTree> OpenAsync(OutputTree? tree, ILayerStore layers, CancellationToken cancellationToken) =>
        (tree ?? new SnapshotTree(Snapshot.Empty, layers)).OpenAsync(cancellationToken);
}

/// <summary>A tree that stays readable until this is disposed.</summary>
internal sealed class OpenTree(FileTree tree, IAsyncDisposable? owner) : IOpenTree
{
    public FileTree Tree { get; } = tree;

    public ValueTask DisposeAsync() => owner?.DisposeAsync() ?? default;
}
