using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Exporting;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Writes a cache to its place: layers, and at last what tells of them.</summary>
internal sealed class CacheExporter(ICachePlace place, CacheExportOptions options, IStorage storage, TimeProvider time)
{
    public const string ResponseKey = "cache.manifest";

    private const int MaximumAttempts = 5;

    /// <returns>What the client is told; nothing when there was nothing to export.</returns>
    public async Task<IReadOnlyDictionary<string, string>> WriteAsync(
        IReadOnlyCollection<CacheNode> nodes, IReadOnlyList<CachedMount> mounts, IVertexProgress progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<LayerBlob> layers = [.. new CacheConfigWriter(nodes).Layers, .. mounts.Select(mount => mount.Blob)];
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
        for (var attempt = 1; ; attempt++)
        {
            var older = await ReadOlderAsync(cancellationToken);
            var (union, allMounts) = await MergeAsync(nodes, mounts, older, cancellationToken);
            var writer = new CacheConfigWriter(union);
            var descriptions = CacheManifest.Describe(writer, union, options.OciMediaTypes);
            var response = await (place switch
            {
                IIndexPlace indexes => WriteIndexAsync(indexes, writer.Write(descriptions, allMounts), progress, cancellationToken),
                IManifestPlace manifests => WriteManifestAsync(
                    manifests,
                    writer.Write(mounts: allMounts),
                    [.. descriptions, .. allMounts.Select(mount => CacheMountRecords.Describe(mount, options.OciMediaTypes)).DistinctBy(blob => blob.Digest)],
                    progress, cancellationToken),
                _ => throw new InvalidOperationException($"{place.Name} is neither a place for manifests nor for indexes"),
            });
            var mayBeOverwritten = options.IsShared || !ReferenceEquals(union, nodes);
            if (!mayBeOverwritten || attempt == MaximumAttempts || await IsStillThereAsync(nodes, cancellationToken))
                return response;
        }
    }

    /// <summary>What is there now; nothing where it can't be read, for that is no reason not to write.</summary>
    private async Task<IReadOnlyList<ImportedCache>> ReadOlderAsync(CancellationToken cancellationToken)
    {
        if (!place.CanMerge)
            return [];
        try
        {
            return await new CacheImporter(place).ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is CacheTransferException or RegistryException or RegistryConfigurationException or InvalidDataException or IOException)
        {
            return [];
        }
    }

    private async Task<(IReadOnlyCollection<CacheNode> Nodes, IReadOnlyList<CachedMount> Mounts)> MergeAsync(
        IReadOnlyCollection<CacheNode> nodes, IReadOnlyList<CachedMount> mounts, IReadOnlyList<ImportedCache> older, CancellationToken cancellationToken)
    {
        IReadOnlyList<CacheNode> olderNodes = [.. older.SelectMany(cache => cache.Nodes)];
        IReadOnlyList<CachedMount> olderMounts = mounts.Count == 0 ? [] : [.. older.SelectMany(cache => cache.Mounts)];
        var there = new ConcurrentDictionary<Digest, bool>();
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = place.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            CacheUnion.LayersToKeep(nodes, olderNodes).Concat(olderMounts.Select(mount => mount.Blob.Descriptor)).DistinctBy(blob => blob.Digest), bounded, async (blob, token) => there[blob.Digest] = await place.KeepBlobAsync(blob, token));
        return (
            CacheUnion.Of(nodes, olderNodes, digest => there.GetValueOrDefault(digest)),
            CacheMountRecords.Union(mounts, olderMounts, digest => there.GetValueOrDefault(digest)));
    }

    /// <summary>No place can replace something only if it is still the same. So whoever may have been overtaken looks again a little later.</summary>
    private async Task<bool> IsStillThereAsync(IReadOnlyCollection<CacheNode> nodes, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(200, 600)), time, cancellationToken);
        var there = (await ReadOlderAsync(cancellationToken)).SelectMany(cache => cache.Nodes).Select(node => node.Identity).ToHashSet();
        return nodes.All(node => there.Contains(node.Identity));
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
        var (mediaType, manifest) = CacheManifest.Write(layers, config, options.ImageManifest, options.OciMediaTypes);
        var descriptor = new Descriptor(mediaType, Digest.Sha256(manifest), manifest.Length);
        using (progress.Step($"writing cache {(options.ImageManifest ? "image manifest" : "manifest")} {descriptor.Digest}"))
            await place.WriteManifestAsync(descriptor, manifest, cancellationToken);
        return new Dictionary<string, string> { [ResponseKey] = Encoding.UTF8.GetString(OciJson.Serialize(descriptor)) };
    }
}
