using System.Runtime.CompilerServices;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Explanations;

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

    /// <summary>Why the steps ran that ran so far, in the order in which they began.</summary>
    public BuildExplanation Explain()
    {
        var names = new Dictionary<string, string>();
        var steps = new List<ExplainedStep>();
        lock (_lock)
        {
            foreach (var change in _events)
            {
                foreach (var vertex in change.Vertexes)
                    names[vertex.Digest] = vertex.Name;
                foreach (var status in change.Statuses.Where(IsReason))
                {
                    steps.RemoveAll(step => step.Vertex == status.Vertex);
                    if (ExplanationJson.TryReadStep(status.Name) is { } reason)
                        steps.Add(new ExplainedStep(status.Vertex, names.GetValueOrDefault(status.Vertex, ""), reason));
                }
            }
        }
        return new BuildExplanation(steps);
    }

    /// <summary>What happened, from the beginning, several changes in one message where they came quickly.</summary>
    /// <param name="withReasons">Whether the reader knows what to do with reasons (<see cref="BuildExplanation.StatusId"/>).</param>
    public async IAsyncEnumerable<StatusResponse> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken, bool withReasons = false)
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
            if (batch is not null && !withReasons)
                WithoutReasons(batch);
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

    private static bool IsReason(VertexStatus status) => status.ID == BuildExplanation.StatusId;

    private static void WithoutReasons(StatusResponse batch)
    {
        for (var i = batch.Statuses.Count - 1; i >= 0; i--)
        {
            if (IsReason(batch.Statuses[i]))
                batch.Statuses.RemoveAt(i);
        }
    }

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
