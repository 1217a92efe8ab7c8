using System.Text.Json;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>Numbers layers and records so that the same cache is the same bytes, whatever the order in which it was found.</summary>
internal sealed class CacheConfigWriter
{
    private readonly Dictionary<string, Chain> _chains = new(StringComparer.Ordinal);
    private readonly List<Chain> _ordered;
    private readonly List<CacheNode> _nodes;
    private readonly Dictionary<CacheNode, int> _numbers;

    public CacheConfigWriter(IEnumerable<CacheNode> nodes)
    {
        _nodes = [.. nodes.OrderBy(node => node.Digest.Value, StringComparer.Ordinal).ThenBy(node => node.Identity.Value, StringComparer.Ordinal)];
        _numbers = _nodes.Select((node, number) => (node, number)).ToDictionary(pair => pair.node, pair => pair.number);
        foreach (var tree in _nodes.Select(node => node.Tree).OfType<CachedTree>())
        {
            for (var length = 1; length <= tree.Layers.Length; length++)
                _chains.TryAdd(NameOf(tree, length), new Chain(tree.Layers[length - 1], length == 1 ? null : NameOf(tree, length - 1)));
        }
        _ordered =
        [
            .. _chains.OrderBy(chain => chain.Value.Layer.Descriptor.Digest.Value, StringComparer.Ordinal).ThenBy(chain => chain.Key, StringComparer.Ordinal)
                .Select(chain => chain.Value),
        ];
        for (var i = 0; i < _ordered.Count; i++)
            _ordered[i].Number = i;
    }

    /// <summary>What the config points at, in its order: a blob may come several times.</summary>
    public IReadOnlyList<LayerBlob> Layers => [.. _ordered.Select(chain => chain.Layer)];

    /// <param name="layers">Descriptors of the <see cref="Layers"/>, for a config that has no manifest beside it.</param>
    /// <param name="mounts">Cache mounts to be written too.</param>
    public byte[] Write(IReadOnlyList<Descriptor>? layers = null, IReadOnlyList<CachedMount>? mounts = null)
    {
        var config = new CacheConfig
        {
            Layers =
            [
                .. _ordered.Select((chain, i) => new CacheConfigLayer(chain.Layer.Descriptor.Digest, chain.Parent is { } parent ? _chains[parent].Number : -1)
                {
                    Description = layers is null ? null : CacheDescriptors.ToDescription(layers[i], chain.Layer.DiffId),
                }),
            ],
            Mounts = mounts is { Count: > 0 } ? [.. mounts.OrderBy(mount => mount.Key.ToString(), StringComparer.Ordinal).Select(CacheMountRecords.ToRecord)] : null,
            Records = [.. _nodes.Select(node => ToRecord(node, tree => _chains[NameOf(tree, tree.Layers.Length)].Number))],
        };
        return JsonSerializer.SerializeToUtf8Bytes(config, CacheConfigJson.Default.CacheConfig);
    }

    /// <summary>The records alone, for an image that has the layers itself.</summary>
    /// <param name="layers">The image's, lowest first.</param>
    /// <returns>Null when no record's result is part of the image.</returns>
    public byte[]? WriteFor(IReadOnlyList<LayerBlob> layers)
    {
        var diffIds = layers.Select(layer => layer.DiffId).ToList();
        var records = _nodes.Select(node => InImage(node, diffIds)).ToList();
        return records.Exists(record => record.Results is not null || record.Chains is not null)
            ? JsonSerializer.SerializeToUtf8Bytes(records, CacheConfigJson.Default.IReadOnlyListCacheConfigRecord)
            : null;
    }

    private CacheConfigRecord InImage(CacheNode node, List<Digest> diffIds)
    {
        var record = ToRecord(node, _ => -1) with { Results = null, Platforms = null };
        if (node.Tree is not { } tree)
            return record;
        var places = tree.Layers.Select(layer => diffIds.IndexOf(layer.DiffId)).ToList();
        if (places.Contains(-1))
            return record;
        return tree.Layers.Length <= diffIds.Count && tree.Layers.Select((layer, i) => layer.DiffId == diffIds[i]).All(isSame => isSame)
            ? record with { Results = [new CacheConfigResult(tree.Layers.Length - 1, tree.CreatedAt)] }
            : record with { Chains = [new CacheConfigChain(places, tree.CreatedAt)] };
    }

    private CacheConfigRecord ToRecord(CacheNode node, Func<CachedTree, int> find) => new()
    {
        Digest = node.Digest,
        Platforms = node.Platforms.Count > 0 ? node.Platforms : null,
        Results = node.Tree is { } tree ? [new CacheConfigResult(find(tree), tree.CreatedAt)] : null,
        Inputs = node.Inputs.IsEmpty ? null :
        [
            .. node.Inputs.Select(links => (IReadOnlyList<CacheConfigInput>)
            [
                .. links.Select(link => new CacheConfigInput(_numbers[link.Source]) { Selector = link.Selector.Length == 0 ? null : link.Selector })
                    .OrderBy(link => link.Link).ThenBy(link => link.Selector, StringComparer.Ordinal),
            ]),
        ],
    };

    private static string NameOf(CachedTree tree, int length) => string.Join(' ', tree.Layers.Take(length).Select(layer => layer.Descriptor.Digest.Value));

    private sealed class Chain(LayerBlob layer, string? parent)
    {
        public LayerBlob Layer { get; } = layer;

        public string? Parent { get; } = parent;

        public int Number { get; set; }
    }
}
