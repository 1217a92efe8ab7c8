using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>Reads what somebody else has exported. Layers that are not there make results unknown, not the cache unusable.</summary>
internal sealed class CacheConfigReader
{
    private readonly IReadOnlyList<CacheConfigLayer> _layers;
    private readonly IReadOnlyList<CacheConfigRecord> _records;
    private readonly IReadOnlyDictionary<Digest, LayerBlob> _blobs;
    private readonly CacheNode?[] _nodes;
    private readonly bool[] _visited;

    private CacheConfigReader(IReadOnlyList<CacheConfigLayer> layers, IReadOnlyList<CacheConfigRecord> records, IReadOnlyDictionary<Digest, LayerBlob> blobs)
    {
        (_layers, _records, _blobs) = (layers, records, blobs);
        _nodes = new CacheNode?[records.Count];
        _visited = new bool[records.Count];
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static IReadOnlyList<CacheNode> Read(ReadOnlySpan<byte> json, IReadOnlyDictionary<Digest, LayerBlob> blobs)
    {
        var config = Parse(json, CacheConfigJson.Default.CacheConfig);
        return new CacheConfigReader(config.Layers ?? [], config.Records ?? [], blobs).ReadAll();
    }

    /// <summary>A config that describes its layers itself.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static IReadOnlyList<CacheNode> Read(ReadOnlySpan<byte> json, IBlobSource source)
    {
        var config = Parse(json, CacheConfigJson.Default.CacheConfig);
        var blobs = (config.Layers ?? []).DistinctBy(layer => layer.Blob).Select(layer => CacheDescriptors.Read(layer, source)).OfType<LayerBlob>();
        return new CacheConfigReader(config.Layers ?? [], config.Records ?? [], blobs.ToDictionary(blob => blob.Descriptor.Digest)).ReadAll();
    }

    /// <summary>The records in an image's config.</summary>
    /// <exception cref="InvalidDataException">They are none.</exception>
    public static IReadOnlyList<CacheNode> ReadInline(ReadOnlySpan<byte> json, IReadOnlyList<LayerBlob> layers)
    {
        var records = Parse(json, CacheConfigJson.Default.IReadOnlyListCacheConfigRecord);
        var blobs = layers.DistinctBy(layer => layer.Descriptor.Digest).ToDictionary(layer => layer.Descriptor.Digest);
        return new CacheConfigReader([.. layers.Select((layer, i) => new CacheConfigLayer(layer.Descriptor.Digest, i - 1))], records, blobs).ReadAll();
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException("the cache config is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the cache config cannot be read: {e.Message}", e);
        }
    }

    private IReadOnlyList<CacheNode> ReadAll()
    {
        try
        {
            return [.. Enumerable.Range(0, _records.Count).Select(Read)];
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new InvalidDataException("the cache config has records that are nested too deep", e);
        }
    }

    private CacheNode Read(int number)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (number < 0 || number >= _records.Count)
            throw new InvalidDataException($"the cache config has no record {number}");
        if (_nodes[number] is { } known)
            return known;
        if (_visited[number])
            throw new InvalidDataException($"record {number} of the cache config leads to itself");
        _visited[number] = true;
        var record = _records[number];
        var inputs = (record.Inputs ?? []).Select(links => links is { Count: > 0 }
            ? links.Select(link => new CacheLink(Read(link.Link), link.Selector ?? "")).ToImmutableArray()
            : throw new InvalidDataException($"record {number} of the cache config has an input without records"));
        var node = new CacheNode(record.Digest, [.. inputs]);
        node.Platforms.UnionWith(record.Platforms ?? []);
        node.Tree = (record.Results ?? []).OrderByDescending(result => result.CreatedAt).Select(result => ToTree(ChainOf(result.Layer), result.CreatedAt))
            .Concat((record.Chains ?? []).Select(chain => ToTree(chain.Layers, chain.CreatedAt)))
            .FirstOrDefault(tree => tree is not null);
        return _nodes[number] = node;
    }

    private List<int> ChainOf(int layer)
    {
        var chain = new List<int>();
        for (; layer != -1; layer = _layers[layer].Parent)
        {
            if (layer < 0 || layer >= _layers.Count || chain.Count > _layers.Count)
                throw new InvalidDataException($"the cache config has no layer {layer}, or one that leads to itself");
            chain.Add(layer);
        }
        chain.Reverse();
        return chain;
    }

    private CachedTree? ToTree(IReadOnlyList<int> chain, DateTimeOffset createdAt)
    {
        var layers = ImmutableArray.CreateBuilder<LayerBlob>(chain.Count);
        foreach (var number in chain)
        {
            if (number < 0 || number >= _layers.Count)
                throw new InvalidDataException($"the cache config has no layer {number}");
            if (!_blobs.TryGetValue(_layers[number].Blob, out var blob))
                return null;
            layers.Add(blob);
        }
        return new CachedTree(layers.MoveToImmutable(), createdAt);
    }
}
