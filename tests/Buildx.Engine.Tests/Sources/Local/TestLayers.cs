using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Sources.Local;

/// <summary>Snapshots as plain copies of directories.</summary>
internal sealed class TestLayers(string root) : ILayerStore
{
    private int _next;

    public string PathOf(Snapshot snapshot) => snapshot.Layers.Length == 0
        ? Directory.CreateDirectory(Path.Combine(root, "empty")).FullName
        : Path.Combine(root, snapshot.Layers[^1].Value);

    public LayerId AddImageLayer(Digest diffId, Descriptor blob, IBlobSource source) => throw new NotSupportedException();

    public ValueTask<IMountedSnapshot> MountAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken) =>
        new(new Mounted(PathOf(snapshot)));

    public async ValueTask<IWritableSnapshot> MountWritableAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken)
    {
        var path = Path.Combine(root, $"layer{_next++}");
        await TestSupport.Tool.RunAsync("cp", "-a", PathOf(snapshot), path);
        return new Mounted(path);
    }

    public ValueTask<LayerBlob> GetBlobAsync(LayerId layer, LayerCompression compression, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public bool IsAvailable(Snapshot snapshot) => true;

    public long GetSize(LayerId layer) => 0;

    public DateTimeOffset? GetCreatedAt(LayerId layer) => null;

    public void Discard(LayerId layer) => throw new NotSupportedException();

    private sealed class Mounted(string path) : IWritableSnapshot
    {
        public string Path => path;

        public ValueTask<LayerId> CommitAsync(CancellationToken cancellationToken) => new(new LayerId(System.IO.Path.GetFileName(path)));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
