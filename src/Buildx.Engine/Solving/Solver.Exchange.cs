using System.Collections.Immutable;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.CacheTransfer.Keys;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Solving;

/// <summary>Results that other builders have made already.</summary>
internal sealed partial class Solver
{
    /// <summary>Looks for a vertex in the caches that its builds have imported.</summary>
    /// <param name="byContent">Whether to read the inputs to find it, which may mean to make them first.</param>
    /// <returns>
    /// Its result under the given keys; without trees where the cache only knows that it exists, which is enough for what is built on it.
    /// </returns>
    private async Task<VertexResult?> ImportAsync(
        LlbVertex vertex, ImmutableArray<VertexResult> inputs, Digest id, IReadOnlyList<Digest> keys, bool byContent, VertexWork work, CancellationToken cancellationToken)
    {
        var isKnown = false;
        foreach (var exchange in work.Build.Jobs.Select(job => job.Exchange).Where(exchange => exchange.HasImports))
        {
            foreach (var cache in await exchange.GetImportsAsync(cancellationToken))
            {
                var trees = new List<CachedTree>();
                for (var output = 0; output < vertex.OutputCount; output++)
                {
                    var nodes = await MatchAsync(cache, exchange, vertex, inputs, output, byContent, work.Build, cancellationToken);
                    if (nodes.IsEmpty)
                        continue;
                    isKnown = true;
                    cache.Known[(vertex.Digest, id, output)] = nodes;
                    if (nodes.Select(node => node.Tree).FirstOrDefault(tree => tree is not null) is { } tree)
                        trees.Add(tree);
                }
                if (trees.Count == vertex.OutputCount)
                    return await TakeAsync(trees, vertex, inputs, id, keys, work, cancellationToken);
            }
        }
        return isKnown ? new VertexResult(vertex, id, inputs, []) : null;
    }

    private async Task<VertexResult> TakeAsync(
        List<CachedTree> trees, LlbVertex vertex, ImmutableArray<VertexResult> inputs, Digest id, IReadOnlyList<Digest> keys, VertexWork work, CancellationToken cancellationToken)
    {
        ImmutableArray<OutputTree?> outputs =
        [
            .. trees.Select(tree => new SnapshotTree(
                new Snapshot([.. tree.Layers.Select(layer => storage.Layers.AddImageLayer(layer.DiffId, layer.Descriptor, layer.Source!))]), storage.Layers)),
        ];
        work.Protect(outputs);
        await SaveAsync(id, keys, vertex, outputs, cancellationToken);
        work.Progress.Complete(cached: true);
        return new VertexResult(vertex, id, inputs, outputs);
    }

    /// <summary>The cache's records of an operation on these inputs.</summary>
    private async Task<ImmutableArray<CacheNode>> MatchAsync(
        ImportedCache cache, CacheExchange exchange, LlbVertex vertex, ImmutableArray<VertexResult> inputs, int output, bool byContent, BuildContext build, CancellationToken cancellationToken)
    {
        if (OperationKeys.Of(vertex) is not { } key)
            return [];
        var candidates = cache.Find(OperationKeys.OfOutput(key.Digest, output)).Where(node => node.Inputs.Length == inputs.Length).ToList();
        for (var i = 0; i < inputs.Length && candidates.Count > 0; i++)
        {
            var selector = key.Inputs[i].Selector;
            var known = await FindKnownAsync(cache, exchange, inputs[i], vertex.Inputs[i].Index, build, cancellationToken);
            var content = byContent && key.Inputs[i].Content is { } selections
                ? await ChecksumAsync(exchange, inputs[i], vertex.Inputs[i].Index, selections, build, cancellationToken)
                : [];
            var roots = content.Select(OperationKeys.OfContent).ToList();
            candidates.RemoveAll(node => !node.Inputs[i].Any(link =>
                (link.Selector == selector && known.Contains(link.Source))
                || (link.Selector.Length == 0 && link.Source.Inputs.IsEmpty && roots.Contains(link.Source.Digest))));
        }
        return [.. candidates];
    }

    /// <summary>The cache's records of a result that this build has, however it came by it.</summary>
    private async Task<ImmutableArray<CacheNode>> FindKnownAsync(
        ImportedCache cache, CacheExchange exchange, VertexResult result, int output, BuildContext build, CancellationToken cancellationToken)
    {
        var name = (result.Vertex.Digest, result.Id, output);
        if (cache.Known.TryGetValue(name, out var known))
            return known;
        if (result.Vertex.Operation.Source is not null)
        {
            known = [.. result.SourceKeys.SelectMany(key => cache.Find(OperationKeys.OfOutput(OperationKeys.OfSource(key), output)))];
        }
        else
        {
            known = await MatchAsync(cache, exchange, result.Vertex, result.Inputs, output, byContent: false, build, cancellationToken);
            if (known.IsEmpty)
                known = await MatchAsync(cache, exchange, result.Vertex, result.Inputs, output, byContent: true, build, cancellationToken);
        }
        return cache.Known[name] = known;
    }

    /// <summary>What an exchanged cache knows a part of a result by; nothing for an empty tree.</summary>
    private async Task<ImmutableArray<Digest>> ChecksumAsync(
        CacheExchange exchange, VertexResult input, int output, ImmutableArray<ChecksumSelection> selections, BuildContext build, CancellationToken cancellationToken)
    {
        var name = (input.Id, output, string.Join('\n', selections.Select(selection => selection.ToKey())));
        if (exchange.Contents.TryGetValue(name, out var known))
            return known;
        await EnsurePresentAsync(input, build, cancellationToken);
        if (input.Outputs[output] is not { } tree)
            return [];
        await using var open = await tree.OpenAsync(cancellationToken);
        var isSynchronized = input.Vertex.Operation.Source is { } source && source.Identifier.StartsWith("local://", StringComparison.Ordinal);
        return exchange.Contents[name] = await TreeChecksum.ComputeAsync(open.Tree, isSynchronized, selections, cancellationToken);
    }

    /// <summary>The same for an export, which fetches nothing only to describe it, and does not believe files that change.</summary>
    public async Task<ImmutableArray<Digest>> ChecksumForExportAsync(
        VertexResult input, int output, ImmutableArray<ChecksumSelection> selections, BuildJob job, BuildContext build, CancellationToken cancellationToken)
    {
        if (!input.IsAvailable || input.Outputs[output] is not { } tree || (operations.Create(input.Vertex) is ISourceOperation source && source.IsMissing(tree)))
            return [];
        var checksum = await ChecksumAsync(job.Exchange, input, output, selections, build, cancellationToken);
        return await tree.IsUnchangedAsync(cancellationToken) ? checksum : [];
    }
}
