using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Sources.Image;

/// <summary>Remembers the layers that it was told of; the image source needs no more.</summary>
internal sealed class RecordingLayerStore : ILayerStore
{
    public Dictionary<LayerId, (Descriptor Blob, IBlobSource Source)> Layers { get; } = [];

    public LayerId AddImageLayer(Digest diffId, Descriptor blob, IBlobSource source)
    {
        var id = new LayerId(diffId.Value);
        lock (Layers)
            Layers[id] = (blob, source);
        return id;
    }

    public ValueTask<IMountedSnapshot> MountAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IWritableSnapshot> MountWritableAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<LayerBlob> GetBlobAsync(LayerId layer, LayerCompression compression, CancellationToken cancellationToken) => throw new NotSupportedException();

    public bool IsAvailable(Snapshot snapshot) => true;

    public long GetSize(LayerId layer) => 0;

    public DateTimeOffset? GetCreatedAt(LayerId layer) => null;

    public void Discard(LayerId layer) => throw new NotSupportedException();
}
