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
internal sealed class LocalTree : IFileOperationInput, IAsyncDisposable
{
    private const int MaxAttempts = 5;

    /// <summary>
    /// What was found is used for so long instead of walking again. Whoever does checks afterwards that nothing was touched since
    /// (<see cref="IsUnchangedAsync"/>), so that only time can be lost.
    /// </summary>
    private static readonly TimeSpan KeepsScan = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly FileTree _tree;
    private readonly ContentHasher _hasher;
    private readonly ILayerStore _layers;
    private readonly IMutableDirectory? _mirror;
    private readonly TimeProvider _time;
    private readonly ITimer _forgetting;
    private readonly SemaphoreSlim _materializing = new(1);
    private Snapshot? _snapshot;
    private volatile TreeScan? _scan;

    /// <param name="survey">Of the tree, just now.</param>
    public LocalTree(
        string name, FileTree tree, TreeSurvey survey, ContentHasher hasher, ILayerStore layers, IMutableDirectory? mirror, TimeProvider time)
    {
        _name = name;
        _tree = tree;
        _hasher = hasher;
        _layers = layers;
        _mirror = mirror;
        _time = time;
        Generation = survey.Stamp;
        _scan = survey.Scan;
        _forgetting = time.CreateTimer(_ => _scan = null, null, KeepsScan, Timeout.InfiniteTimeSpan);
    }

    public FileTree Tree => _scan is { } scan ? _tree with { Scan = scan } : _tree;

    /// <summary>
    /// For definition keys: equal generations of equal requests are equal trees. It covers inodes and change times, so
    /// different generations may still have the same content.
    /// </summary>
    public Digest Generation { get; }

    public Task<ContentHash> HashAsync(IReadOnlyList<ContentSelection> selections, CancellationToken cancellationToken) =>
        _hasher.HashAsync(Tree, selections, cancellationToken);

    /// <summary>
    /// Whether nothing was touched since the tree was opened. What was made while this is false belongs to the content that was
    /// hashed, never to <see cref="Generation"/>.
    /// </summary>
    public async Task<bool> IsUnchangedAsync(CancellationToken cancellationToken)
    {
        if (!_tree.IsLive)
            return true;
        var survey = await TreeSurvey.TakeAsync(_tree, _time, cancellationToken);
        if (survey.Stamp == Generation)
            return true;
        _scan = null;
        return false;
    }

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
        if (_mirror is not null)
            await _mirror.DisposeAsync();
        await _forgetting.DisposeAsync();
        _scan = null;
        _materializing.Dispose();
    }

    private async Task<Snapshot> CopyAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = await TreeSurvey.TakeAsync(_tree, _time, cancellationToken);
            await using var target = await _layers.MountWritableAsync(Snapshot.Empty, null, cancellationToken);
            await Task.Run(() => Copy(before.Scan.Top, target.Path, cancellationToken), cancellationToken);
            if (_tree.IsLive && (await TreeSurvey.TakeAsync(_tree, _time, cancellationToken)).Stamp != before.Stamp)
            {
                if (attempt < MaxAttempts)
                    continue;
                throw new LocalSourceException(
                    $"the files of the local source \"{_name}\" kept changing while they were copied; exclude what changes in .dockerignore");
            }
            return Snapshot.Empty.Append(await target.CommitAsync(cancellationToken));
        }
    }

    private void Copy(TreeEntry entry, string target, CancellationToken cancellationToken)
    {
        try
        {
            using var from = FileSystem.OpenDirectory(_tree.Root);
            using var to = FileSystem.OpenDirectory(target);
            new TreeCopier(from, _tree.IsLive, to, new CopyOptions(null, null, null, AlwaysReplace: false), cancellationToken).Copy(entry, "/", "/");
        }
        catch (LinuxException exception)
        {
            throw new LocalSourceException($"cannot copy the local source \"{_name}\": {exception.Message}", exception);
        }
    }

    private sealed class OpenTree(FileTree tree) : IOpenTree
    {
        public FileTree Tree { get; } = tree;

        // The tree's lease is the whole build's.
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
