using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Exporting;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Linux;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.CacheTransfer;

/// <summary>
/// Packs what a build's cache mounts have in them now. Secrets never are: what is mounted inside of a cache mount is not in its
/// directory. While it packs one nobody changes it: steps that want it wait, as this waits for steps that have it.
/// </summary>
internal sealed class MountExports(IStorage storage, LayerCompression compression, TimeProvider time)
{
    /// <summary>A mount that other builds hold for longer is left out: their steps are not to be waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<CachedMount>> PackAsync(
        IEnumerable<CacheRoot> roots, MountSelection selection, IStorageLease lease, IVertexProgress progress, CancellationToken cancellationToken)
    {
        var packed = new List<CachedMount>();
        foreach (var key in Find(roots).Where(key => selection.Includes(key.Id)).Distinct().OrderBy(key => key.ToString(), StringComparer.Ordinal))
        {
            using var step = progress.Step($"packing cache mount {key.Id}");
            if (await PackAsync(key, lease, progress, cancellationToken) is { } mount)
                packed.Add(mount);
        }
        return packed;
    }

    private async Task<CachedMount?> PackAsync(CacheMountKey key, IStorageLease lease, IVertexProgress progress, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        IMutableDirectory directory;
        try
        {
            directory = await storage.Directories.AcquireAsync(key.ToString(), RecordType.CacheMount, $"cache mount {key.Id}", exclusive: true, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            progress.Warn(1, $"the cache mount {key.Id} is not exported: other builds have used it for {Patience.TotalMinutes} minute");
            return null;
        }
        await using (directory)
        {
            if (directory.IsNew)
            {
                // There was none: the step that has it did not run here.
                directory.Discard();
                return null;
            }
            var blob = await storage.Archives.PackAsync(directory.Path, compression, lease, cancellationToken);
            var status = FileSystem.GetStatusAt(null, directory.Path);
            return new CachedMount(key, blob, new DirectoryAttributes(status.Uid, status.Gid, status.Permissions), time.GetUtcNow());
        }
    }

    private static IEnumerable<CacheMountKey> Find(IEnumerable<CacheRoot> roots)
    {
        var seen = new HashSet<Oci.Digest>();
        var pending = new Stack<VertexResult>(roots.Select(root => root.Result));
        while (pending.TryPop(out var result))
        {
            if (!seen.Add(result.Vertex.Digest))
                continue;
            foreach (var mount in result.Vertex.Operation.Exec?.Mounts.Where(mount => mount.MountType == MountType.Cache) ?? [])
                yield return CacheMountKey.Of(mount, result.Vertex.Inputs);
            foreach (var input in result.Inputs)
                pending.Push(input);
        }
    }
}
