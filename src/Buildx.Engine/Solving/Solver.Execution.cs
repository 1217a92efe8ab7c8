using System.Collections.Immutable;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Solving;

internal sealed partial class Solver
{
    private readonly SharedWork<Digest, VertexWork, ImmutableArray<OutputTree?>> _restoring = new();

    /// <summary>
    /// Makes sure that the result's trees are here: what garbage collection took, or what an image has not brought yet, is
    /// made again under the same record.
    /// </summary>
    public async Task EnsureAvailableAsync(VertexResult result, BuildContext build, CancellationToken cancellationToken)
    {
        if (result.IsAvailable)
            return;
        var outputs = await _restoring.RunAsync(
            result.Id,
            create: () => new VertexWork(result.Vertex, storage.Lease(), time),
            join: work => work.Join(build),
            work: (work, token) => RestoreAsync(result, work, token),
            received: _ => { },
            cancellationToken);
        result.Replace(outputs);
    }

    private async Task<ImmutableArray<OutputTree?>> RestoreAsync(VertexResult result, VertexWork work, CancellationToken cancellationToken)
    {
        try
        {
            switch (operations.Create(result.Vertex))
            {
                case ISourceOperation source:
                    var again = await ResolveSourceAsync(source, result.Vertex, work, cancellationToken);
                    return again.Outputs;
                case IOperation operation:
                    var record = storage.Records.Find(result.Id);
                    return await ExecuteAsync(operation, result.Vertex, result.Inputs, work, result.Id, record is null ? [result.Id] : [], cancellationToken);
                default:
                    throw new NotSupportedException($"{result.Vertex.Name} can't be made again");
            }
        }
        catch (Exception e) when (e is not VertexException)
        {
            work.Progress.Complete(error: Describe(e, cancellationToken));
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw;
            throw new VertexException(result.Vertex, e);
        }
    }

    private async Task<ImmutableArray<OutputTree?>> ExecuteAsync(
        IOperation operation,
        LlbVertex vertex,
        ImmutableArray<VertexResult> inputs,
        VertexWork work,
        Digest id,
        IReadOnlyList<Digest> keys,
        CancellationToken cancellationToken)
    {
        await Task.WhenAll(inputs.Select(input => EnsureAvailableAsync(input, work.Build, cancellationToken)));
        var trees = ImmutableArray.CreateBuilder<OutputTree?>(inputs.Length);
        for (var i = 0; i < inputs.Length; i++)
        {
            var tree = inputs[i].Outputs[vertex.Inputs[i].Index];
            tree?.Protect(work.Lease);
            trees.Add(tree);
        }
        work.Progress.Start();
        var outputs = await operation.ExecuteAsync(work.Context(trees.MoveToImmutable()), cancellationToken);
        Protect(outputs, work.Lease);
        await SaveAsync(id, keys, vertex, outputs, cancellationToken);
        work.Progress.Complete();
        return outputs;
    }

    private async Task SaveAsync(
        Digest id, IReadOnlyList<Digest> keys, LlbVertex vertex, ImmutableArray<OutputTree?> outputs, CancellationToken cancellationToken)
    {
        var snapshots = ImmutableArray.CreateBuilder<Snapshot?>(outputs.Length);
        foreach (var tree in outputs)
            snapshots.Add(tree is null ? null : await tree.ToSnapshotAsync(cancellationToken));
        storage.Records.Save(new CacheRecord(id, snapshots.MoveToImmutable(), vertex.Name, RecordType.Regular, time.GetUtcNow()), keys);
    }
}
