using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildx.Engine.CacheTransfer.Keys;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer;

/// <summary>
/// Makes the records of a build that ended, in BuildKit's words: for each step its key, linked to the records of its inputs and,
/// where only a part of an input matters, to that part's content.
/// </summary>
internal sealed class CacheGraphBuilder(Solver solver, BuildJob job, BuildContext build, IStorage storage, LayerCompression compression)
{
    private readonly Dictionary<(Digest Vertex, int Output), ImmutableArray<CacheNode>> _byResult = [];
    private readonly Dictionary<Digest, CacheNode> _byIdentity = [];
    private readonly List<(CacheNode Node, Snapshot Tree, DateTimeOffset CreatedAt)> _trees = [];

    /// <param name="onlyLayers">Keep only results that consist of these layers (<c>mode=min</c>); null for all.</param>
    public async Task<IReadOnlyCollection<CacheNode>> BuildAsync(
        IReadOnlyList<CacheRoot> roots, IReadOnlySet<LayerId>? onlyLayers, IStorageLease lease, CancellationToken cancellationToken)
    {
        foreach (var root in roots)
        {
            await AddAsync(root.Result, root.Output, cancellationToken);
            Mark(root);
        }
        var wanted = _trees.Where(found => onlyLayers is null || found.Tree.Layers.All(onlyLayers.Contains)).Where(found => lease.TryProtect(found.Tree)).ToList();
        var blobs = new ConcurrentDictionary<LayerId, LayerBlob>();
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(wanted.SelectMany(found => found.Tree.Layers).Distinct(), bounded, async (layer, token) =>
        {
            var blob = await storage.Layers.GetBlobAsync(layer, compression, token);
            lease.Protect(blob.Descriptor.Digest);
            blobs[layer] = blob;
        });
        foreach (var (node, tree, createdAt) in wanted)
            node.Tree = new CachedTree([.. tree.Layers.Select(layer => blobs[layer])], createdAt);
        return _byIdentity.Values;
    }

    /// <summary>Notes at all records of a result which platform has them.</summary>
    private void Mark(CacheRoot root)
    {
        var seen = new HashSet<(Digest, int)>();
        var pending = new Stack<(VertexResult Result, int Output)>([(root.Result, root.Output)]);
        while (pending.TryPop(out var next))
        {
            if (!seen.Add((next.Result.Vertex.Digest, next.Output)))
                continue;
            foreach (var node in _byResult[(next.Result.Vertex.Digest, next.Output)])
            {
                node.Platforms.Add(root.Platform);
                // Contents are no vertices.
                foreach (var link in node.Inputs.SelectMany(links => links))
                    link.Source.Platforms.Add(root.Platform);
            }
            for (var i = 0; i < next.Result.Inputs.Length; i++)
                pending.Push((next.Result.Inputs[i], next.Result.Vertex.Inputs[i].Index));
        }
    }

    /// <returns>The records of an output; none when nobody else could ever find it.</returns>
    private async Task<ImmutableArray<CacheNode>> AddAsync(VertexResult result, int output, CancellationToken cancellationToken)
    {
        if (_byResult.TryGetValue((result.Vertex.Digest, output), out var known))
            return known;
        var nodes = result.Vertex.Operation.Source is not null
            ? [.. result.SourceKeys.Select(key => Intern(new CacheNode(OperationKeys.OfOutput(OperationKeys.OfSource(key), output), [])))]
            : await AddOperationAsync(result, output, cancellationToken);
        return _byResult[(result.Vertex.Digest, output)] = nodes;
    }

    private async Task<ImmutableArray<CacheNode>> AddOperationAsync(VertexResult result, int output, CancellationToken cancellationToken)
    {
        var inputs = ImmutableArray.CreateBuilder<ImmutableArray<CacheLink>>(result.Inputs.Length);
        var key = OperationKeys.Of(result.Vertex);
        for (var i = 0; i < result.Inputs.Length; i++)
        {
            var (input, index) = (result.Inputs[i], result.Vertex.Inputs[i].Index);
            // Also where this vertex can't be exported, what it is made of can.
            var links = (await AddAsync(input, index, cancellationToken)).Select(node => new CacheLink(node, key?.Inputs[i].Selector ?? "")).ToList();
            if (key?.Inputs[i].Content is { } selections)
            {
                foreach (var content in await solver.ChecksumForExportAsync(input, index, selections, job, build, cancellationToken))
                    links.Add(new CacheLink(Intern(new CacheNode(OperationKeys.OfContent(content), [])), ""));
            }
            inputs.Add([.. links]);
        }
        if (key is null || inputs.Any(links => links.IsEmpty))
            return [];
        var node = Intern(new CacheNode(OperationKeys.OfOutput(key.Digest, output), inputs.MoveToImmutable()));
        if (result.IsAvailable && result.Outputs[output] is SnapshotTree { Snapshot: { Layers.IsEmpty: false } tree })
            _trees.Add((node, tree, storage.Records.Find(result.Id)?.CreatedAt ?? DateTimeOffset.UnixEpoch));
        return [node];
    }

    private CacheNode Intern(CacheNode node) => _byIdentity.TryGetValue(node.Identity, out var known) ? known : _byIdentity[node.Identity] = node;
}
