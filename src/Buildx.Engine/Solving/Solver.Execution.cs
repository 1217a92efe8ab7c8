using System.Collections.Immutable;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Explanations;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Solving;

internal sealed partial class Solver
{
    private const int MaximumAttempts = 5;

    private readonly SharedWork<Digest, VertexWork, ImmutableArray<OutputTree?>> _restoring = new();
    private readonly SharedWork<Digest, VertexWork, bool> _fetching = new();

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
                    if (!result.Vertex.Metadata.IgnoreCache
                        && await ImportAsync(result.Vertex, result.Inputs, result.Id, [result.Id], byContent: false, work, cancellationToken) is { IsAvailable: true } imported)
                    {
                        return imported.Outputs;
                    }
                    work.Progress.Explain(new StepReason(
                        [new StepCause(storage.Records.Find(result.Id) is null ? CauseKinds.NotInCache : CauseKinds.Pruned)], result.Id.Value));
                    var executed = await ExecuteAsync(
                        new Assignment(operation, result.Vertex, result.Inputs, result.Id, [result.Id], null), work, cancellationToken);
                    // Whatever depends on it was looked up as what it had been: it can't become something else now.
                    return executed.MatchesDefinition
                        ? executed.Outputs
                        : throw new InvalidOperationException("the files of the build context changed while they were read: build again");
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

    /// <summary>As <see cref="EnsureAvailableAsync"/>, and brings what a source has not brought yet, shown as the source's own work.</summary>
    public async Task EnsurePresentAsync(VertexResult result, BuildContext build, CancellationToken cancellationToken)
    {
        await EnsureAvailableAsync(result, build, cancellationToken);
        if (result.Vertex.Operation.OpCase != Op.OpOneofCase.Source
            || operations.Create(result.Vertex) is not ISourceOperation source
            || result.Outputs is not [{ } tree]
            || !source.IsMissing(tree))
        {
            return;
        }
        await _fetching.RunAsync(
            result.Id,
            create: () => new VertexWork(result.Vertex, storage.Lease(), time),
            join: work => work.Join(build),
            work: async (work, token) =>
            {
                work.Progress.Start();
                try
                {
                    await source.FetchAsync(tree, work.Progress, token);
                }
                catch (Exception e)
                {
                    work.Progress.Complete(error: Describe(e, token));
                    throw e is OperationCanceledException ? e : new VertexException(result.Vertex, e);
                }
                work.Progress.Complete();
                return true;
            },
            received: _ => { },
            cancellationToken);
    }

    private async Task<Executed> ExecuteAsync(Assignment assignment, VertexWork work, CancellationToken cancellationToken)
    {
        var (operation, vertex, inputs, id, keys, contentKey) = assignment;
        await Task.WhenAll(inputs.Select(input => EnsurePresentAsync(input, work.Build, cancellationToken)));
        ImmutableArray<OutputTree?> trees = [.. inputs.Select((input, i) => input.Outputs[vertex.Inputs[i].Index])];
        work.Protect(trees);
        work.Progress.Start();
        for (var attempt = 1; ; attempt++)
        {
            ImmutableArray<OutputTree?> outputs;
            try
            {
                outputs = await operation.ExecuteAsync(work.Context(trees), cancellationToken);
            }
            catch (FileOperationException)
            {
                if (attempt == MaximumAttempts || await AreUnchangedAsync(trees, cancellationToken))
                    throw;
                // As files were made and removed meanwhile, there was no whole to be read.
                (contentKey, _) = await ContentKeyAsync(operation, vertex, inputs, work, cancellationToken);
                continue;
            }
            work.Protect(outputs);
            if (await AreUnchangedAsync(trees, cancellationToken))
            {
                await SaveAsync(id, keys, vertex, outputs, cancellationToken);
                if (assignment.Made is { } made)
                    await made(id);
                work.Progress.Complete();
                return new Executed(id, outputs, MatchesDefinition: true);
            }
            // Somebody works on the files while they are built. If what was read is what was hashed, it is right all the same.
            var (now, _) = await ContentKeyAsync(operation, vertex, inputs, work, cancellationToken);
            if (now is { } same && same == contentKey)
            {
                await SaveAsync(same, [same], vertex, outputs, cancellationToken);
                work.Progress.Complete();
                return new Executed(same, outputs, MatchesDefinition: false);
            }
            if (attempt == MaximumAttempts)
                throw new InvalidOperationException("the files of the build context kept changing while they were read: exclude what changes in .dockerignore");
            contentKey = now;
        }
    }

    /// <summary>
    /// An execution in flight. It keeps what it needs itself: those who asked for it first may leave while others still wait.
    /// </summary>
    private sealed class Execution : IAsyncDisposable
    {
        private readonly VertexWork _first;

        public Execution(VertexWork first, ImmutableArray<VertexResult> inputs, IStorageLease lease)
        {
            _first = first;
            Work = new VertexWork(first, lease);
            foreach (var input in inputs)
                Work.Protect(input.Outputs);
        }

        public VertexWork Work { get; }

        public void Join(VertexWork work)
        {
            Work.Build.Include(work.Build);
            if (work != _first)
                Work.Progress.MirrorTo(work.Progress);
        }

        public ValueTask DisposeAsync() => Work.DisposeAsync();
    }

    private static async Task<bool> AreUnchangedAsync(ImmutableArray<OutputTree?> trees, CancellationToken cancellationToken)
    {
        foreach (var tree in trees)
        {
            if (tree is not null && !await tree.IsUnchangedAsync(cancellationToken))
                return false;
        }
        return true;
    }

    private async Task SaveAsync(
        Digest id, IReadOnlyList<Digest> keys, LlbVertex vertex, ImmutableArray<OutputTree?> outputs, CancellationToken cancellationToken,
        RecordType type = RecordType.Regular)
    {
        var snapshots = ImmutableArray.CreateBuilder<Snapshot?>(outputs.Length);
        foreach (var tree in outputs)
            snapshots.Add(tree is null ? null : await tree.GetSnapshotAsync(cancellationToken));
        storage.Records.Save(new CacheRecord(id, snapshots.MoveToImmutable(), vertex.Name, type, time.GetUtcNow()), keys);
    }
}
