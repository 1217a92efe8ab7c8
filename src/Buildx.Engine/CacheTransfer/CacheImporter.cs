using System.Text.Json;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Exporting.Images;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Reads a cache from its place: one that was exported as such, or what images carry in their configs.</summary>
internal sealed class CacheImporter(ICachePlace place)
{
    private const int MaximumIndexDepth = 4;

    /// <exception cref="CacheTransferException">There is no cache there.</exception>
    /// <exception cref="InvalidDataException">What is there can't be read.</exception>
    public async Task<IReadOnlyList<ImportedCache>> ReadAsync(CancellationToken cancellationToken) => place switch
    {
        IIndexPlace indexes => [.. (await indexes.ReadIndexesAsync(cancellationToken)).Select(json => new ImportedCache(CacheConfigReader.Read(json, place.Layers), CacheMountRecords.Read(json, place.Layers)))],
        IManifestPlace manifests => await ReadManifestAsync(manifests, cancellationToken),
        _ => throw new InvalidOperationException($"{place.Name} is neither a place for manifests nor for indexes"),
    };

    private static async Task<IReadOnlyList<ImportedCache>> ReadManifestAsync(IManifestPlace place, CancellationToken cancellationToken)
    {
        var json = await place.ReadManifestAsync(cancellationToken);
        var (config, blobs) = CacheManifest.Read(json);
        if (config is not null)
        {
            var content = await place.ReadBlobAsync(config, cancellationToken);
            return [new ImportedCache(CacheConfigReader.Read(content, CacheManifest.Layers(blobs, place.Layers)), CacheMountRecords.Read(content, place.Layers))];
        }
        var inline = new List<ImportedCache>();
        await ReadInlineAsync(place, json, inline, depth: 0, cancellationToken);
        return inline.Count > 0 ? inline : throw new CacheTransferException($"{place.Name} is an image without cache: build it with --cache-to type=inline");
    }

    private static async Task ReadInlineAsync(IManifestPlace place, byte[] json, List<ImportedCache> found, int depth, CancellationToken cancellationToken)
    {
        if (depth > MaximumIndexDepth)
            return;
        if (MediaTypes.IsIndex(OciJson.DetectManifestType(json)))
        {
            foreach (var descriptor in OciJson.ParseIndex(json).Manifests)
                await ReadInlineAsync(place, await place.ReadManifestAsync(descriptor, cancellationToken), found, depth + 1, cancellationToken);
            return;
        }
        var manifest = OciJson.ParseManifest(json);
        if (!MediaTypes.IsConfig(manifest.Config.MediaType))
            return;
        var config = OciJson.ParseConfig(await place.ReadBlobAsync(manifest.Config, cancellationToken));
        var diffIds = config.RootFs?.DiffIds ?? [];
        if (diffIds.Count != manifest.Layers.Count || config.Other?.TryGetValue(ImageAssembler.InlineCacheKey, out var records) is not true || records.ValueKind != JsonValueKind.String)
            return;
        var layers = manifest.Layers.Select((layer, i) => new LayerBlob(
            new Descriptor(MediaTypes.Translate(layer.MediaType, oci: true), layer.Digest, layer.Size), diffIds[i], place.Layers)).ToList();
        if (records.TryGetBytesFromBase64(out var text))
            found.Add(new ImportedCache(CacheConfigReader.ReadInline(text, layers)));
    }
}
