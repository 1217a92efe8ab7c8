using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Operations.Files.Repeating;

/// <summary>
/// What copies of clients' directories made when they last copied everything, so that the same copy onto the same tree need only make
/// what has changed since.
/// Kept in memory: losing it costs time, once.
/// </summary>
internal sealed class CopyHistory(TimeProvider time)
{
    private const int MaximumEntries = 150_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<(Digest Key, LayerId Layer, CopyManifest Manifest)> _newestFirst = [];

    public DateTimeOffset Now => time.GetUtcNow();

    /// <returns>The layer that was made, and of what; null for none.</returns>
    public (LayerId Layer, CopyManifest Manifest)? Find(Digest key)
    {
        lock (_lock)
        {
            foreach (var (known, layer, manifest) in _newestFirst)
            {
                if (known == key)
                    return (layer, manifest);
            }
            return null;
        }
    }

    public void Set(Digest key, LayerId layer, CopyManifest manifest)
    {
        lock (_lock)
        {
            for (var node = _newestFirst.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key)
                {
                    _newestFirst.Remove(node);
                    break;
                }
            }
            _newestFirst.AddFirst((key, layer, manifest));
            for (var total = _newestFirst.Sum(copy => copy.Manifest.Count); total > MaximumEntries; _newestFirst.RemoveLast())
                total -= _newestFirst.Last!.Value.Manifest.Count;
        }
    }
}
