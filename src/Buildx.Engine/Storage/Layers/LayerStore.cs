using Buildx.Engine.Solving;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="ILayerStore"/>
internal sealed partial class LayerStore(
    LayerTable layers, ContentStore content, StorageLayout layout, Trash trash, OverlayForm form, bool isPrivileged) : ILayerStore, IDisposable
{
    private readonly SharedWork<(LayerId Layer, FetchStep Step), PullProgressFanOut, bool> _fetching = new();
    private readonly SemaphoreSlim _unpacking = new(Math.Max(2, Environment.ProcessorCount));
    private long _counter;

    public LayerId AddImageLayer(Digest diffId, Descriptor blob, IBlobSource source) => layers.AddImageLayer(diffId, blob, source).Id;

    public bool IsAvailable(Snapshot snapshot)
    {
        foreach (var layer in snapshot.Layers)
        {
            if (!layers.IsAvailable(layer))
                return false;
        }
        return true;
    }

    public long GetSize(LayerId layer) => layers.Find(layer) is { } found ? layers.GetTotalSize(found) : 0;

    public DateTimeOffset? GetCreatedAt(LayerId layer) => layers.Find(layer)?.CreatedAt;

    public void Discard(LayerId layer)
    {
        if (layers.Find(layer) is { } found)
            layers.Remove(found);
    }

    public void Dispose() => _unpacking.Dispose();

    public async ValueTask<IMountedSnapshot> MountAsync(
        Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken)
    {
        var hold = layers.Hold(snapshot.Layers);
        string? home = null;
        try
        {
            await EnsureUnpackedAsync(snapshot, progress, cancellationToken);
            var (lowers, flags) = GetLowers(snapshot);
            // Marks of what's hidden are shown as such only by overlayfs, and it wants two directories.
            if (lowers.Count == 1 && flags.HasFlag(LayerFlags.Hides))
                lowers.Insert(0, layout.Empty);
            home = MakeHome();
            switch (lowers.Count)
            {
                case 0:
                    Mount.Bind(layout.Empty, home, readOnly: true);
                    break;
                case 1:
                    Mount.Bind(lowers[0], home, readOnly: true);
                    break;
                default:
                    Mount.Overlay(new OverlayOptions(lowers) { UserAttributes = form.UserAttributes }, home);
                    break;
            }
            return new MountedSnapshot(home, home, hold, trash);
        }
        catch
        {
            hold.Dispose();
            if (home is not null)
                trash.Throw(home);
            throw;
        }
    }

    public async ValueTask<IWritableSnapshot> MountWritableAsync(
        Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken) =>
        await MountWritableAsync(snapshot, null, progress, cancellationToken);

    public async ValueTask<IWritableSnapshot?> MountContinuationAsync(Snapshot snapshot, LayerId continued, CancellationToken cancellationToken)
    {
        // What hides something is packed as it is; and each part more would make looking a file up a little slower.
        if (layers.Find(continued) is not { Continues: null } layer || layer.Flags.HasFlag(LayerFlags.Hides))
            return null;
        try
        {
            return await MountWritableAsync(snapshot.Append(continued), layer, null, cancellationToken);
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private async ValueTask<IWritableSnapshot> MountWritableAsync(
        Snapshot snapshot, Layer? continued, IPullProgress? progress, CancellationToken cancellationToken)
    {
        var hold = layers.Hold(snapshot.Layers);
        string? home = null;
        try
        {
            await EnsureUnpackedAsync(snapshot, progress, cancellationToken);
            var (lowers, _) = GetLowers(snapshot);
            home = MakeHome();
            var upper = WritableSnapshot.GetUpper(home);
            Directory.CreateDirectory(upper);
            CopyRootStatus(lowers, upper);
            // With nothing below, what is written needs no overlay.
            if (lowers.Count > 0)
            {
                Directory.CreateDirectory(WritableSnapshot.GetWork(home));
                Directory.CreateDirectory(WritableSnapshot.GetMountPoint(home));
                Mount.Overlay(
                    new OverlayOptions(lowers)
                    {
                        UpperDirectory = upper,
                        WorkDirectory = WritableSnapshot.GetWork(home),
                        Volatile = true,
                        UserAttributes = form.UserAttributes,
                    },
                    WritableSnapshot.GetMountPoint(home));
            }
            return new WritableSnapshot(layers, trash, form, home, lowers, continued, lowers.Count > 0, hold);
        }
        catch
        {
            hold.Dispose();
            if (home is not null)
                trash.Throw(home);
            throw;
        }
    }

    /// <summary>The root of an overlay has the upper directory's owner and mode.</summary>
    private static void CopyRootStatus(List<string> lowers, string upper)
    {
        using var target = FileSystem.OpenDirectory(upper);
        if (lowers.Count == 0)
        {
            FileSystem.ChangeMode(target, 0x1ed);
            return;
        }
        var status = FileSystem.GetStatusAt(null, lowers[^1]);
        FileSystem.ChangeOwner(target, status.Uid, status.Gid);
        FileSystem.ChangeMode(target, status.Permissions);
    }

    /// <summary>The directories to lay over each other, lowest first, without those that add nothing.</summary>
    private (List<string> Paths, LayerFlags Flags) GetLowers(Snapshot snapshot)
    {
        var paths = new List<string>(snapshot.Layers.Length);
        var seen = new HashSet<LayerId>();
        var flags = LayerFlags.None;
        // From the top: overlayfs takes no directory twice, and of a repeated layer the topmost has the last word.
        for (var i = snapshot.Layers.Length - 1; i >= 0; i--)
        {
            for (var layer = layers.Get(snapshot.Layers[i]); layer is not null && seen.Add(layer.Id); layer = layer.Continues)
            {
                if (layer.Flags.HasFlag(LayerFlags.Empty))
                    continue;
                flags |= layer.Flags;
                paths.Add(layers.GetPath(layer));
            }
        }
        paths.Reverse();
        return (paths, flags);
    }

    private string MakeHome()
    {
        var path = Path.Combine(layout.Mounts, $"{Interlocked.Increment(ref _counter)}");
        Directory.CreateDirectory(path);
        return path;
    }
}
