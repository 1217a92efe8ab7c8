using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="IStorageLease"/>
internal sealed class StorageLease(LayerTable layers, BlobLeases blobs) : IStorageLease
{
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _holds = [];
    private readonly HashSet<LayerId> _layers = [];
    private readonly HashSet<Digest> _blobs = [];
    private bool _disposed;

    public void Protect(Snapshot snapshot)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var missing = snapshot.Layers.Where(layer => !_layers.Contains(layer)).Distinct().ToArray();
            if (missing.Length == 0)
                return;
            _holds.Add(layers.Hold(missing));
            _layers.UnionWith(missing);
        }
    }

    public bool TryProtect(Snapshot snapshot)
    {
        try
        {
            Protect(snapshot);
            return true;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    public void Protect(Digest blob)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_blobs.Add(blob))
                blobs.Add(blob);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (var hold in _holds)
                hold.Dispose();
            foreach (var blob in _blobs)
                blobs.Remove(blob);
        }
    }
}
