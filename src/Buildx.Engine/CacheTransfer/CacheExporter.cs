using System.Collections.Immutable;
using System.Text;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Exporting;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Writes a cache to its place: layers, and at last what tells of them.</summary>
internal sealed class CacheExporter(ICachePlace place, CacheExportOptions options, IStorage storage)
{
    public const string ResponseKey = "cache.manifest";

    /// <returns>What the client is told; nothing when there was nothing to export.</returns>
    public async Task<IReadOnlyDictionary<string, string>> WriteAsync(
        IReadOnlyCollection<CacheNode> nodes, IVertexProgress progress, CancellationToken cancellationToken)
    {
        var writer = new CacheConfigWriter(nodes);
        var layers = writer.Layers;
        if (layers.Count == 0)
        {
            using (progress.Step("skipping cache export for empty result"))
                return ImmutableDictionary<string, string>.Empty;
        }
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = place.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(layers.DistinctBy(layer => layer.Descriptor.Digest), bounded, async (layer, token) =>
        {
            using var step = progress.Step($"writing layer {layer.Descriptor.Digest}");
            await place.WriteBlobAsync(layer.Descriptor, attempt => layer.OpenAsync(storage.Content, attempt), layer.Source?.Repository, token);
        });
        var descriptions = layers.Select(layer => CacheDescriptors.Describe(layer, TimeOf(nodes, layer), options.OciMediaTypes)).ToImmutableArray();
        return await (place switch
        {
            IIndexPlace indexes => WriteIndexAsync(indexes, writer.Write(descriptions), progress, cancellationToken),
            IManifestPlace manifests => WriteManifestAsync(manifests, writer.Write(), descriptions, progress, cancellationToken),
            _ => throw new InvalidOperationException($"{place.Name} is neither a place for manifests nor for indexes"),
        });
    }

    private static async Task<IReadOnlyDictionary<string, string>> WriteIndexAsync(IIndexPlace place, byte[] json, IVertexProgress progress, CancellationToken cancellationToken)
    {
        using (progress.Step($"writing cache index {Digest.Sha256(json)}"))
            await place.WriteIndexAsync(json, cancellationToken);
        return ImmutableDictionary<string, string>.Empty;
    }

    private async Task<IReadOnlyDictionary<string, string>> WriteManifestAsync(
        IManifestPlace place, byte[] json, ImmutableArray<Descriptor> layers, IVertexProgress progress, CancellationToken cancellationToken)
    {
        var config = new Descriptor(CacheConfig.MediaType, Digest.Sha256(json), json.Length);
        using (progress.Step($"writing config {config.Digest}"))
            await place.WriteBlobAsync(config, _ => ValueTask.FromResult<Stream>(new MemoryStream(json, writable: false)), null, cancellationToken);
        var (mediaType, manifest) = Manifest(layers, config);
        var descriptor = new Descriptor(mediaType, Digest.Sha256(manifest), manifest.Length);
        using (progress.Step($"writing cache {(options.ImageManifest ? "image manifest" : "manifest")} {descriptor.Digest}"))
            await place.WriteManifestAsync(descriptor, manifest, cancellationToken);
        return new Dictionary<string, string> { [ResponseKey] = Encoding.UTF8.GetString(OciJson.Serialize(descriptor)) };
    }

    // The top layer of a result is as old as the result.
    private static DateTimeOffset? TimeOf(IEnumerable<CacheNode> nodes, LayerBlob layer) => nodes
        .Where(node => node.Tree is { } tree && tree.Layers[^1].Descriptor.Digest == layer.Descriptor.Digest)
        .Select(node => (DateTimeOffset?)node.Tree!.CreatedAt)
        .Min();

    private (string MediaType, byte[] Json) Manifest(ImmutableArray<Descriptor> layers, Descriptor config)
    {
        if (options.ImageManifest)
            return (MediaTypes.OciManifest, OciJson.Serialize(new ImageManifest(config, layers) { MediaType = MediaTypes.OciManifest }));
        var mediaType = options.OciMediaTypes ? MediaTypes.OciIndex : MediaTypes.DockerManifestList;
        return (mediaType, OciJson.Serialize(new ImageIndex([.. layers, config]) { MediaType = mediaType }));
    }
}
