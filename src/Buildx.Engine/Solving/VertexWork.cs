using System.Collections.Immutable;
using Buildx.Engine.Storage;
using Buildx.Llb;

namespace Buildx.Engine.Solving;

/// <summary>A vertex at work for one or more builds.</summary>
internal sealed class VertexWork : IAsyncDisposable
{
    private readonly LlbVertex _vertex;
    private readonly List<IAsyncDisposable> _held = [];

    public VertexWork(LlbVertex vertex, IStorageLease lease, TimeProvider time)
    {
        _vertex = vertex;
        Lease = lease;
        Progress = new VertexProgress(
            vertex.Digest.Value, vertex.Name, vertex.Inputs.Select(input => input.Vertex.Digest.Value), vertex.Metadata.ProgressGroup, time);
    }

    /// <summary>The same work, seen by the same watchers, that may go on when the first who asked for it have left.</summary>
    public VertexWork(VertexWork first, IStorageLease lease)
    {
        _vertex = first._vertex;
        Lease = lease;
        Progress = first.Progress;
    }

    public VertexProgress Progress { get; }

    public IStorageLease Lease { get; }

    public BuildContext Build { get; } = new();

    public void Join(BuildJob job)
    {
        Build.Join(job);
        Progress.Attach(job.Progress);
    }

    public void Join(BuildContext build)
    {
        foreach (var job in build.Jobs)
            Join(job);
    }

    public OperationContext Context(ImmutableArray<OutputTree?> inputs) => new(_vertex, inputs, Progress, Build, Lease);

    /// <summary>Keeps trees until everybody who waits for this work has taken them over.</summary>
    public void Protect(ImmutableArray<OutputTree?> trees)
    {
        lock (_held)
        {
            foreach (var tree in trees)
            {
                tree?.Protect(Lease);
                if (tree?.Hold() is { } held)
                    _held.Add(held);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var held in _held)
            await held.DisposeAsync();
        Lease.Dispose();
    }
}
