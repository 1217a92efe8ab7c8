using System.Collections.Immutable;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>What stands beside a cache's config where there are manifests: the layers, in an image's manifest or an index.</summary>
internal static class CacheManifest
{
    public static (string MediaType, byte[] Json) Write(ImmutableArray<Descriptor> layers, Descriptor config, bool asImage, bool ociMediaTypes)
    {
        if (asImage)
            return (MediaTypes.OciManifest, OciJson.Serialize(new ImageManifest(config, layers) { MediaType = MediaTypes.OciManifest }));
        var mediaType = ociMediaTypes ? MediaTypes.OciIndex : MediaTypes.DockerManifestList;
        return (mediaType, OciJson.Serialize(new ImageIndex([.. layers, config]) { MediaType = mediaType }));
    }

    /// <returns>No config for what is no cache, but an image maybe.</returns>
    public static (Descriptor? Config, IReadOnlyList<Descriptor> Blobs) Read(byte[] json)
    {
        if (MediaTypes.IsIndex(OciJson.DetectManifestType(json)))
        {
            var index = OciJson.ParseIndex(json);
            return (index.Manifests.FirstOrDefault(blob => blob.MediaType == CacheConfig.MediaType), index.Manifests);
        }
        var manifest = OciJson.ParseManifest(json);
        return (manifest.Config.MediaType == CacheConfig.MediaType ? manifest.Config : null, manifest.Layers);
    }

    /// <param name="source">Where the layers can be had from.</param>
    public static Dictionary<Digest, LayerBlob> Layers(IEnumerable<Descriptor> blobs, IBlobSource? source) => blobs
        .Select(blob => CacheDescriptors.Read(blob, source))
        .OfType<LayerBlob>()
        .DistinctBy(layer => layer.Descriptor.Digest)
        .ToDictionary(layer => layer.Descriptor.Digest);

    /// <summary>The layers of a config that is about to be written, described.</summary>
    public static ImmutableArray<Descriptor> Describe(CacheConfigWriter writer, IReadOnlyCollection<CacheNode> nodes, bool ociMediaTypes) =>
        [.. writer.Layers.Select(layer => CacheDescriptors.Describe(layer, TimeOf(nodes, layer), ociMediaTypes))];

    // The top layer of a result is as old as the result.
    private static DateTimeOffset? TimeOf(IEnumerable<CacheNode> nodes, LayerBlob layer) => nodes
        .Where(node => node.Tree is { } tree && tree.Layers[^1].Descriptor.Digest == layer.Descriptor.Digest)
        .Select(node => (DateTimeOffset?)node.Tree!.CreatedAt)
        .Min();
}
