using System.Collections.Concurrent;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Image;

/// <summary>
/// What tags stood for when one build first asked: the whole build, every platform and stage of it, sees the same image, even
/// if somebody pushes another one meanwhile. Ends with the build.
/// </summary>
internal sealed class ResolvedTags
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Asks once; who comes meanwhile waits. A failure is not remembered.</summary>
    public async Task<Digest> GetAsync(ImageReference reference, Func<CancellationToken, Task<Digest>> resolve, CancellationToken cancellationToken)
    {
        var entry = _entries.GetOrAdd(reference.ToString(), _ => new Entry());
        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            return entry.Digest ??= await resolve(cancellationToken);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public Digest? Digest { get; set; }
    }
}
