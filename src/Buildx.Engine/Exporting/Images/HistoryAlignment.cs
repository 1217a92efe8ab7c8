using Buildx.Oci;

namespace Buildx.Engine.Exporting.Images;

/// <summary>
/// Makes an image's history fit its layers: as many entries that made a layer as there are layers, and a time on each where
/// one can be known.
/// </summary>
internal static class HistoryAlignment
{
    /// <param name="layerTimes">When each layer was made, lowest first; null where that is not known.</param>
    public static List<History> Align(IReadOnlyList<History> history, IReadOnlyList<DateTimeOffset?> layerTimes)
    {
        var aligned = new List<History>(history.Count);
        var layers = 0;
        foreach (var entry in history)
        {
            // More entries than layers: what has no layer left changed nothing.
            var empty = entry.EmptyLayer || layers == layerTimes.Count;
            aligned.Add(empty ? entry with { EmptyLayer = true } : entry with { Created = entry.Created ?? layerTimes[layers] });
            if (!empty)
                layers++;
        }
        for (; layers < layerTimes.Count; layers++)
            aligned.Add(new History { Created = layerTimes[layers], CreatedBy = "created by buildkit", Comment = "buildkit.exporter.image.v0" });
        FillTimes(aligned);
        return aligned;
    }

    /// <summary>No entry is later than the epoch, except those that the base image brought along unchanged.</summary>
    public static void Clamp(List<History> history, IReadOnlyList<History> baseHistory, DateTimeOffset epoch)
    {
        var inBase = true;
        for (var i = 0; i < history.Count; i++)
        {
            inBase = inBase && i < baseHistory.Count && history[i] == baseHistory[i];
            if (!inBase && (history[i].Created is not { } created || created.Time > epoch))
                history[i] = history[i] with { Created = epoch };
        }
    }

    // A config change has the time of the layer before it; before the first new layer, that layer's time.
    private static void FillTimes(List<History> history)
    {
        var firstMissing = history.FindIndex(entry => entry.Created is null);
        if (firstMissing < 0)
            return;
        var next = history.FindIndex(firstMissing, entry => entry.Created is not null);
        var time = next >= 0 ? history[next].Created : firstMissing > 0 ? history[firstMissing - 1].Created : null;
        for (var i = firstMissing; i < history.Count; i++)
        {
            time = history[i].Created ?? time;
            history[i] = history[i] with { Created = time };
        }
    }
}
