using Buildx.Engine.ContentHashing;
using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Devices;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Operations.Exec;

/// <summary>What all steps of the engine share.</summary>
/// <param name="maximumParallelism">Steps that run at the same time; null is without limit.</param>
internal sealed class ExecEnvironment(
    IStorage storage, IExecutor executor, IEmulation emulation, DeviceCatalog devices, ContentHasher hasher, int? maximumParallelism) : IDisposable
{
    private readonly SemaphoreSlim? _turns = maximumParallelism is { } limit ? new SemaphoreSlim(limit) : null;

    public IStorage Storage => storage;

    public IExecutor Executor => executor;

    public IEmulation Emulation => emulation;

    public DeviceCatalog Devices => devices;

    /// <summary>Waits until one more step may run; disposing gives the turn back.</summary>
    public async ValueTask<IDisposable?> WaitForTurnAsync(CancellationToken cancellationToken)
    {
        if (_turns is null)
            return null;
        await _turns.WaitAsync(cancellationToken);
        return new Turn(_turns);
    }

    /// <summary>What a mount selects of a tree.</summary>
    public Task<ContentHash> HashTreeAsync(FileTree tree, string selector, CancellationToken cancellationToken)
    {
        var selection = new ContentSelection("/" + selector.Trim('/'), FollowSymlink: true) { ContentsOnly = true };
        return hasher.HashAsync(tree, [selection], cancellationToken);
    }

    /// <summary>Fills a directory with what a mount selects of a tree, and gives it the selected directory's owner and mode.</summary>
    public static Task CopyTreeAsync(FileTree tree, string selector, string destination, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var source = FileSystem.OpenDirectory(tree.Root);
            using var target = FileSystem.OpenDirectory(destination);
            var path = TreeResolver.Resolve(source, "/" + selector.Trim('/'), followLast: true)
                ?? throw new FileNotFoundException($"{selector}: not found");
            var entry = new TreeScanner(source, tree, null).Scan(path, cancellationToken) ?? throw new FileNotFoundException($"{selector}: not found");
            new TreeCopier(source, tree.IsLive, target, new CopyOptions(null, null, null, false), cancellationToken).Copy(entry, path, "/");
            FileSystem.ChangeOwner(target, entry.Status.Uid, entry.Status.Gid);
            FileSystem.ChangeMode(target, entry.Status.Permissions);
        },
        cancellationToken);

    public void Dispose() => _turns?.Dispose();

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
