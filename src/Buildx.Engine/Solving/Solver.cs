using System.Collections.Immutable;
using Buildx.Engine.Explanations;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Solving;

/// <summary>
/// Resolves vertices to records, and makes what has no record. One recursive function, shared between all builds of the
/// engine (design: "Solving"):
/// <list type="number">
/// <item>the inputs' record ids;</item>
/// <item>the definition key, of operation and input ids: found, done;</item>
/// <item>where only part of an input matters, the content key: found, done, and the definition key becomes another key of it;</item>
/// <item>else execute, and store the record under both.</item>
/// </list>
/// </summary>
internal sealed partial class Solver(IStorage storage, IOperationFactory operations, TimeProvider time)
{
    private readonly SharedWork<string, VertexWork, VertexResult> _resolving = new();
    private readonly SharedWork<Digest, Execution, Executed> _executing = new();
    private readonly StepReasons _reasons = new(storage);

    /// <summary>The vertex's record; its trees are not necessarily there (<see cref="EnsureAvailableAsync"/>).</summary>
    /// <exception cref="VertexException">A step failed.</exception>
    public Task<VertexResult> ResolveAsync(LlbVertex vertex, BuildJob job, CancellationToken cancellationToken) =>
        job.Once(vertex, async () =>
        {
            var inputs = await ResolveInputsAsync(vertex, job, cancellationToken);
            return await _resolving.RunAsync(
                SharingKey(vertex, inputs, job),
                create: () => new VertexWork(vertex, storage.Lease(), time),
                join: work => work.Join(job),
                work: (work, token) => ResolveAsync(vertex, inputs, work, token),
                received: job.Protect,
                cancellationToken);
        });

    private async Task<ImmutableArray<VertexResult>> ResolveInputsAsync(LlbVertex vertex, BuildJob job, CancellationToken cancellationToken) =>
        [.. await Task.WhenAll(vertex.Inputs.Select(input => ResolveAsync(input.Vertex, job, cancellationToken)))];

    // Steps on a client's own files are shared between builds by what the files are, not by what they are called.
    private static string SharingKey(LlbVertex vertex, ImmutableArray<VertexResult> inputs, BuildJob job)
    {
        if (vertex.Operation.Source is { } source)
        {
            var isLocal = source.Identifier.StartsWith("local://", StringComparison.Ordinal) || source.Identifier.StartsWith("oci-layout", StringComparison.Ordinal);
            return isLocal ? $"{vertex.Digest}@{job.Session?.Id}" : vertex.Digest.Value;
        }
        using var hash = new KeyHash("in flight").Add(vertex.Digest).Add(vertex.Metadata.IgnoreCache ? job.Reference : "");
        foreach (var input in inputs)
            hash.Add(input.Id);
        return hash.ToDigest().Value;
    }

    private async Task<VertexResult> ResolveAsync(
        LlbVertex vertex, ImmutableArray<VertexResult> inputs, VertexWork work, CancellationToken cancellationToken)
    {
        try
        {
            return operations.Create(vertex) switch
            {
                ISourceOperation source => await ResolveSourceAsync(source, vertex, work, cancellationToken),
                IOperation operation => await ResolveOperationAsync(operation, vertex, inputs, work, cancellationToken),
                var other => throw new NotSupportedException($"{other.GetType().Name} can't be solved"),
            };
        }
        catch (Exception e) when (e is not VertexException)
        {
            work.Progress.Complete(error: Describe(e, cancellationToken));
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw;
            throw new VertexException(vertex, e);
        }
    }

    private async Task<VertexResult> ResolveSourceAsync(
        ISourceOperation source, LlbVertex vertex, VertexWork work, CancellationToken cancellationToken)
    {
        work.Progress.Start();
        var resolution = await source.ResolveAsync(work.Context([]), cancellationToken);
        ImmutableArray<OutputTree?> outputs = [resolution.Tree];
        work.Protect(outputs);
        var isKnown = storage.Records.Find(resolution.Id) is not null;
        if (resolution.KeepRecord)
            await SaveAsync(resolution.Id, [resolution.Id], vertex, outputs, cancellationToken, resolution.Type);
        work.Progress.Complete(cached: isKnown && resolution.KeepRecord);
        return new VertexResult(vertex, resolution.Id, [], outputs) { SourceKeys = resolution.ExchangeKeys, Material = resolution.Material };
    }

    private async Task<VertexResult> ResolveOperationAsync(
        IOperation operation, LlbVertex vertex, ImmutableArray<VertexResult> inputs, VertexWork work, CancellationToken cancellationToken)
    {
        var definitionKey = DefinitionKey(operation, vertex, inputs);
        var useCache = !vertex.Metadata.IgnoreCache;
        if (useCache && storage.Records.FindByKey(definitionKey) is { } byDefinition)
            return Found(byDefinition, vertex, inputs, work);
        if (useCache && await ImportAsync(vertex, inputs, definitionKey, [definitionKey], byContent: false, work, cancellationToken) is { } imported)
            return Imported(imported, vertex, inputs, [], work);

        var (contentKey, contents) = await ContentKeyAsync(operation, vertex, inputs, work, cancellationToken);
        if (useCache && contentKey is { } key && storage.Records.FindByKey(key) is { } byContent)
        {
            storage.Records.AddKey(byContent.Id, definitionKey);
            return Found(byContent, vertex, inputs, work);
        }
        if (useCache && contentKey is { } content
            && await ImportAsync(vertex, inputs, definitionKey, [definitionKey, content], byContent: true, work, cancellationToken) is { } importedByContent)
        {
            return Imported(importedByContent, vertex, inputs, contents, work);
        }

        var id = useCache ? definitionKey : new KeyHash("run again").Add(definitionKey).Add(Guid.NewGuid().ToByteArray()).ToDigest();
        var job = work.Build.Jobs[0];
        var (facts, reason, kept) = Explain(vertex, inputs, contents, useCache, definitionKey, job);
        // The step may run for long, and a list of many files is large.
        contents = [];
        work.Progress.Explain(reason);
        // Two graphs may name the same work differently: by key they meet here.
        var executed = await _executing.RunAsync(
            useCache ? contentKey ?? definitionKey : id,
            create: () => new Execution(work, inputs, storage.Lease()),
            join: execution => execution.Join(work),
            work: async (execution, token) => useCache && FindAgain(definitionKey, contentKey, execution.Work) is { } made ? made : await ExecuteAsync(
                new Assignment(operation, vertex, inputs, id, contentKey is { } known ? [definitionKey, known] : [definitionKey], contentKey)
                {
                    Made = async record =>
                    {
                        await kept;
                        _reasons.Save(record, vertex, facts, job);
                    },
                },
                execution.Work, token),
            received: executed => work.Protect(executed.Outputs),
            cancellationToken);
        // Somebody else may have done it, under a definition of their own.
        if (executed.MatchesDefinition && storage.Records.FindByKey(definitionKey) is null)
            storage.Records.AddKey(executed.Id, definitionKey);
        return new VertexResult(vertex, executed.Id, inputs, executed.Outputs) { Ran = reason };
    }

    private VertexResult Imported(VertexResult result, LlbVertex vertex, ImmutableArray<VertexResult> inputs, ImmutableArray<InputContent?> contents, VertexWork work)
    {
        var step = _reasons.Describe(vertex, inputs, contents);
        _reasons.Save(step.Files);
        _reasons.Save(result.Id, vertex, step.Facts, work.Build.Jobs[0]);
        return result;
    }

    /// <returns>
    /// What the step is made of, why it runs, and when the lists of its files are written down: that takes longer than comparing them,
    /// and is done while the step runs.
    /// </returns>
    private (StepFacts Facts, StepReason Reason, Task Kept) Explain(
        LlbVertex vertex, ImmutableArray<VertexResult> inputs, ImmutableArray<InputContent?> contents, bool useCache, Digest definitionKey, BuildJob job)
    {
        var step = _reasons.Describe(vertex, inputs, contents);
        var reason = useCache
            ? _reasons.Explain(vertex, step, inputs, job)
            : new StepReason([new StepCause(CauseKinds.NoCache)], storage.Records.FindByKey(definitionKey)?.Id.Value);
        return (step.Facts, reason, step.Files.Count == 0 ? Task.CompletedTask : Task.Run(() => _reasons.Save(step.Files)));
    }

    /// <summary>What somebody else has made since it was looked for: saying why a step runs takes a moment.</summary>
    private Executed? FindAgain(Digest definitionKey, Digest? contentKey, VertexWork work)
    {
        if ((storage.Records.FindByKey(definitionKey) ?? (contentKey is { } key ? storage.Records.FindByKey(key) : null)) is not { } record)
            return null;
        var trees = Trees(record);
        work.Protect(trees);
        work.Progress.Complete(cached: true);
        return new Executed(record.Id, trees, MatchesDefinition: true);
    }

    /// <summary>What is to be executed, and what its record will be found by.</summary>
    private sealed record Assignment(
        IOperation Operation, LlbVertex Vertex, ImmutableArray<VertexResult> Inputs, Digest Id, IReadOnlyList<Digest> Keys, Digest? ContentKey)
    {
        /// <summary>Called with the record that was made.</summary>
        public Func<Digest, Task>? Made { get; init; }
    }

    /// <param name="MatchesDefinition">False when an input's owner changed it meanwhile: the result is then known by its content only.</param>
    private sealed record Executed(Digest Id, ImmutableArray<OutputTree?> Outputs, bool MatchesDefinition);

    private VertexResult Found(CacheRecord record, LlbVertex vertex, ImmutableArray<VertexResult> inputs, VertexWork work)
    {
        storage.Records.Touch(record.Id);
        var result = new VertexResult(vertex, record.Id, inputs, Trees(record));
        work.Protect(result.Outputs);
        work.Progress.Complete(cached: true);
        return result;
    }

    private ImmutableArray<OutputTree?> Trees(CacheRecord record) =>
        [.. record.Outputs.Select(snapshot => snapshot is null ? null : (OutputTree)new SnapshotTree(snapshot, storage.Layers))];

    private static Digest DefinitionKey(IOperation operation, LlbVertex vertex, ImmutableArray<VertexResult> inputs)
    {
        using var hash = new KeyHash("definition").Add(operation.Key);
        for (var i = 0; i < inputs.Length; i++)
            hash.Add(inputs[i].Id).Add(vertex.Inputs[i].Index);
        return hash.ToDigest();
    }

    /// <summary>No key when every input counts as a whole, so that it could say no more than the definition key.</summary>
    private async Task<(Digest? Key, ImmutableArray<InputContent?> Contents)> ContentKeyAsync(
        IOperation operation, LlbVertex vertex, ImmutableArray<VertexResult> inputs, VertexWork work, CancellationToken cancellationToken)
    {
        if (!Enumerable.Range(0, inputs.Length).Any(operation.DependsOnContent))
            return (null, []);
        var contents = await Task.WhenAll(inputs.Select(async (input, i) =>
        {
            if (!operation.DependsOnContent(i))
                return null;
            await EnsurePresentAsync(input, work.Build, cancellationToken);
            var trees = input.Outputs;
            work.Protect(trees);
            return await HashContentAsync(operation, i, trees[vertex.Inputs[i].Index], work, cancellationToken);
        }));
        using var hash = new KeyHash("content").Add(operation.ContentKey);
        for (var i = 0; i < contents.Length; i++)
            hash.Add(contents[i]?.Digest ?? new KeyHash("record").Add(inputs[i].Id).Add(vertex.Inputs[i].Index).ToDigest());
        return (hash.ToDigest(), [.. contents]);
    }

    private static async Task<InputContent> HashContentAsync(
        IOperation operation, int input, OutputTree? tree, VertexWork work, CancellationToken cancellationToken)
    {
        try
        {
            return await operation.HashContentAsync(input, tree, work.Context([]), cancellationToken);
        }
        catch (FileOperationException)
        {
            // Somebody works on the files: what was there a moment ago is not what is there now.
            if (tree is null || await tree.IsUnchangedAsync(cancellationToken))
                throw;
        }
        return await operation.HashContentAsync(input, tree, work.Context([]), cancellationToken);
    }

    private static string Describe(Exception error, CancellationToken cancellationToken) =>
        error is OperationCanceledException && cancellationToken.IsCancellationRequested ? "context canceled" : error.Message;
}
