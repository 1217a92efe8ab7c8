using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Tells everybody who waits for a layer how far it is.</summary>
internal sealed class PullProgressFanOut : IPullProgress
{
    private volatile IPullProgress[] _listeners = [];

    public void Add(IPullProgress listener)
    {
        lock (this)
            _listeners = [.. _listeners, listener];
    }

    public void Report(Descriptor blob, PullPhase phase, long current, long total)
    {
        foreach (var listener in _listeners)
            listener.Report(blob, phase, current, total);
    }
}
