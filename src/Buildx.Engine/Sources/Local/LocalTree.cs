using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Local;

/// <summary>
/// A client's directory, ready to be hashed and copied from until this is disposed: either the directory itself, seen through a
/// filter (<see cref="FileTree.IsLive"/>), or a mirror of it, which nobody changes meanwhile.
/// </summary>
/// <param name="generation">The same as long as not a single file was touched.</param>
internal sealed class LocalTree(
    string name, FileTree tree, Digest generation, ContentHasher hasher, ILayerStore layers, IMutableDirectory? mirror)
    : IFileOperationInput, IAsyncDisposable
{
    private const int MaxAttempts = 5;

    private readonly SemaphoreSlim _materializing = new(1);
    private Snapshot? _snapshot;

    public FileTree Tree { get; } = tree;

    /// <summary>
    /// For definition keys: equal generations of equal requests are equal trees. It covers inodes and change times, so
    /// different generations may still have the same content.
    /// </summary>
    public Digest Generation { get; } = generation;

    public Task<ContentHash> HashAsync(IReadOnlyList<ContentSelection> selections, CancellationToken cancellationToken) =>
        hasher.HashAsync(Tree, selections, cancellationToken);

    /// <summary>
    /// Whether nothing was touched since the tree was opened. What was made while this is false belongs to the content that was
    /// hashed, never to <see cref="Generation"/>.
    /// </summary>
    public async Task<bool> IsUnchangedAsync(CancellationToken cancellationToken) =>
        !Tree.IsLive || await hasher.StampAsync(Tree, [ContentSelection.Everything], cancellationToken) == Generation;

    /// <summary>Copies the tree into a layer, for those who need it as a directory of its own (read-only bind mounts).</summary>
    public async Task<Snapshot> MaterializeAsync(CancellationToken cancellationToken)
    {
        await _materializing.WaitAsync(cancellationToken);
        try
        {
            return _snapshot ??= await CopyAsync(cancellationToken);
        }
        finally
        {
            _materializing.Release();
        }
    }

    public ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken) => new(new OpenTree(Tree));

    public ValueTask<Snapshot> GetSnapshotAsync(CancellationToken cancellationToken) => new(MaterializeAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (mirror is not null)
            await mirror.DisposeAsync();
        _materializing.Dispose();
    }

    private async Task<Snapshot> CopyAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = await hasher.StampAsync(Tree, [ContentSelection.Everything], cancellationToken);
            await using var target = await layers.MountWritableAsync(Snapshot.Empty, null, cancellationToken);
            await Task.Run(() => Copy(target.Path, cancellationToken), cancellationToken);
            if (Tree.IsLive && await hasher.StampAsync(Tree, [ContentSelection.Everything], cancellationToken) != before)
            {
                if (attempt < MaxAttempts)
                    continue;
                throw new LocalSourceException(
                    $"the files of the local source \"{name}\" kept changing while they were copied; exclude what changes in .dockerignore");
            }
            return Snapshot.Empty.Append(await target.CommitAsync(cancellationToken));
        }
    }

    private void Copy(string target, CancellationToken cancellationToken)
    {
        try
        {
            using var from = FileSystem.OpenDirectory(Tree.Root);
            using var to = FileSystem.OpenDirectory(target);
            if (new TreeScanner(from, Tree, null).Scan("/", cancellationToken) is { } entry)
                new TreeCopier(from, Tree.IsLive, to, new CopyOptions(null, null, null, AlwaysReplace: false), cancellationToken).Copy(entry, "/", "/");
        }
        catch (LinuxException exception)
        {
            throw new LocalSourceException($"cannot copy the local source \"{name}\": {exception.Message}", exception);
        }
    }

    private sealed class OpenTree(FileTree tree) : IOpenTree
    {
        public FileTree Tree { get; } = tree;

        // The tree's lease is the whole build's.
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
