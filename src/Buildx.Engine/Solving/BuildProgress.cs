using System.Runtime.CompilerServices;
using Buildx.Protocol.ControlApi;

namespace Buildx.Engine.Solving;

/// <summary>
/// Everything that happened in one build so far, for any number of watchers that may come early or late: each reads from the
/// beginning.
/// </summary>
internal sealed class BuildProgress
{
    private readonly Lock _lock = new();
    private readonly List<StatusResponse> _events = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _completed;

    public void Publish(StatusResponse change)
    {
        lock (_lock)
        {
            if (_completed)
                return;
            _events.Add(change);
        }
        Wake();
    }

    /// <summary>Ends the stream of every watcher once it has read what there is.</summary>
    public void Complete()
    {
        lock (_lock)
            _completed = true;
        Wake();
    }

    /// <summary>What happened, from the beginning, several changes in one message where they came quickly.</summary>
    public async IAsyncEnumerable<StatusResponse> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = 0;
        while (true)
        {
            Task changed;
            StatusResponse? batch = null;
            bool completed;
            lock (_lock)
            {
                changed = _changed.Task;
                completed = _completed;
                for (var size = 0; next < _events.Count && size < MaximumBatch; next++)
                {
                    batch ??= new StatusResponse();
                    batch.MergeFrom(_events[next]);
                    size += _events[next].CalculateSize();
                }
                completed &= next == _events.Count;
            }
            if (batch is not null)
                yield return batch;
            else if (completed)
                yield break;
            else
                await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Bytes in one message, well below gRPC's default limit of 4 MB.</summary>
    private const int MaximumBatch = 256 << 10;

    private void Wake()
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            signal = _changed;
            _changed = NewSignal();
        }
        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
