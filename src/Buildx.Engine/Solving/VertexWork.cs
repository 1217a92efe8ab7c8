using System.Collections.Immutable;
using Buildx.Engine.Storage;
using Buildx.Llb;

namespace Buildx.Engine.Solving;

/// <summary>A vertex at work for one or more builds.</summary>
internal sealed class VertexWork : IDisposable
{
    private readonly LlbVertex _vertex;

    public VertexWork(LlbVertex vertex, IStorageLease lease, TimeProvider time)
    {
        _vertex = vertex;
        Lease = lease;
        Progress = new VertexProgress(
            vertex.Digest.Value, vertex.Name, vertex.Inputs.Select(input => input.Vertex.Digest.Value), vertex.Metadata.ProgressGroup, time);
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

    public void Dispose() => Lease.Dispose();
}
