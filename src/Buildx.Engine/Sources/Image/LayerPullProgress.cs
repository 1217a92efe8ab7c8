using System.Collections.Concurrent;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Image;

/// <summary>Shows the layers that a step has to wait for as its transfer bars. Disposing ends the bars that are still there.</summary>
internal sealed class LayerPullProgress(IVertexProgress progress) : IPullProgress, IDisposable
{
    private readonly ConcurrentDictionary<(Digest Blob, PullPhase Phase), Lazy<IStatusProgress>> _bars = new();

    public void Report(Descriptor blob, PullPhase phase, long current, long total)
    {
        switch (phase)
        {
            case PullPhase.Downloading:
                GetBar(blob, phase, blob.Digest.Value, total).Update(current, total);
                break;
            case PullPhase.Extracting:
                End(blob.Digest, PullPhase.Downloading);
                GetBar(blob, phase, $"extracting {blob.Digest}", total).Update(current, total);
                break;
            case PullPhase.Done:
                End(blob.Digest, PullPhase.Downloading);
                End(blob.Digest, PullPhase.Extracting);
                break;
        }
    }

    public void Dispose()
    {
        foreach (var key in _bars.Keys)
            End(key.Blob, key.Phase);
    }

    private IStatusProgress GetBar(Descriptor blob, PullPhase phase, string id, long total) =>
        _bars.GetOrAdd((blob.Digest, phase), _ => new Lazy<IStatusProgress>(() => progress.StartStatus(id, id, total))).Value;

    private void End(Digest blob, PullPhase phase)
    {
        if (_bars.TryRemove((blob, phase), out var bar))
            bar.Value.Dispose();
    }
}
