using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Blobs that running builds use.</summary>
internal sealed class BlobLeases
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, int> _counts = [];

    public void Add(Digest blob)
    {
        lock (_lock)
            _counts[blob] = _counts.GetValueOrDefault(blob) + 1;
    }

    public void Remove(Digest blob)
    {
        lock (_lock)
        {
            if (--_counts[blob] == 0)
                _counts.Remove(blob);
        }
    }

    public bool IsHeld(Digest blob)
    {
        lock (_lock)
            return _counts.ContainsKey(blob);
    }
}
