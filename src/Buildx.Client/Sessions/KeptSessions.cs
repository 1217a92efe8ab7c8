using System.Collections.Concurrent;

namespace Buildx.Client;

/// <summary>
/// Sessions of builds that are done, served until this is disposed. A build that goes on from another one's graph has steps in it that
/// name that one's session: the image of an OCI layout is read through it.
/// </summary>
public sealed class KeptSessions : IAsyncDisposable
{
    private readonly ConcurrentBag<Func<Task>> _ends = [];

    public async ValueTask DisposeAsync()
    {
        while (_ends.TryTake(out var end))
            await end();
    }

    internal void Add(Func<Task> end) => _ends.Add(end);
}
