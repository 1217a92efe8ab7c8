using System.Collections.Immutable;
using System.Text;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Exporting;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Writes a cache to its place: layers, config, and at last the manifest.</summary>
internal sealed class CacheExporter(ICachePlace place, CacheExportOptions options, IStorage storage)
{
    public const string ResponseKey = "cache.manifest";

    private const int BlobsAtOnce = 8;

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
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = BlobsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(layers.DistinctBy(layer => layer.Descriptor.Digest), bounded, async (layer, token) =>
        {
            using var step = progress.Step($"writing layer {layer.Descriptor.Digest}");
            await place.WriteBlobAsync(layer.Descriptor, attempt => layer.OpenAsync(storage.Content, attempt), layer.Source?.Repository, token);
        });
        var json = writer.Write();
        var config = new Descriptor(CacheConfig.MediaType, Digest.Sha256(json), json.Length);
        using (progress.Step($"writing config {config.Digest}"))
            await place.WriteBlobAsync(config, _ => ValueTask.FromResult<Stream>(new MemoryStream(json, writable: false)), null, cancellationToken);
        var times = layers.Select(layer => TimeOf(nodes, layer)).ToList();
        var (mediaType, manifest) = Manifest([.. layers.Select((layer, i) => CacheDescriptors.Describe(layer, times[i], options.OciMediaTypes))], config);
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
