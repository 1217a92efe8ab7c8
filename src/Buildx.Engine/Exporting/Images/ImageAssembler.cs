using System.Collections.Immutable;
using System.Text.Json;
using Buildx.Engine.Exporting.Options;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Images;

/// <summary>
/// Puts images together from what a build left: layers become blobs (all platforms' at once), the frontend's config is
/// completed, manifests and index are written to the content store. Equal results give equal bytes.
/// </summary>
internal sealed class ImageAssembler(IContentStore content, ILayerStore layers)
{
    /// <summary>Where an image's config has the cache that the image carries.</summary>
    public const string InlineCacheKey = "moby.buildkit.cache.v0";

    private const string BaseConfigKey = "containerimage.base.config";

    public async Task<AssembledImage> AssembleAsync(
        ExportResult result, ImageOptions options, IStorageLease lease, IVertexProgress progress, CancellationToken cancellationToken)
    {
        var annotations = options.Annotations.With(result.Metadata);
        annotations.Check(result, options.OciMediaTypes);
        foreach (var platform in result.Platforms)
            lease.Protect(platform.Snapshot);

        var blobs = await ExportLayersAsync(result, options, lease, progress, cancellationToken);
        var manifests = ImmutableArray.CreateBuilder<AssembledManifest>(result.Platforms.Length);
        for (var i = 0; i < result.Platforms.Length; i++)
            manifests.Add(await WriteManifestAsync(result, result.Platforms[i], blobs[i], options, annotations, lease, progress, cancellationToken));
        var statements = await new AttestationManifests(content, options).WriteAsync(result, [.. manifests], lease, progress, cancellationToken);
        if (!result.IsMultiPlatform && statements.IsEmpty)
        {
            var only = manifests is [var one] ? one : throw new ExportException($"a result of {manifests.Count} platforms cannot be written as a single image");
            return new AssembledImage(only.Descriptor, null, [only]);
        }

        var index = new ImageIndex([.. manifests.Select(manifest => manifest.Descriptor), .. statements.Select(statement => statement.Descriptor)])
        {
            MediaType = options.OciMediaTypes ? MediaTypes.OciIndex : MediaTypes.DockerManifestList,
            Annotations = annotations.Get(AnnotationTarget.Index, null),
        };
        var json = OciJson.Serialize(index);
        using (progress.Step("exporting manifest list " + Digest.Sha256(json)))
        {
            var target = await content.WriteAsync(index.MediaType, json, lease, cancellationToken);
            return new AssembledImage(
                target with { Annotations = annotations.Get(AnnotationTarget.IndexDescriptor, null) }, index, [.. manifests, .. statements]);
        }
    }

    private async Task<ImmutableArray<LayerBlob>[]> ExportLayersAsync(
        ExportResult result, ImageOptions options, IStorageLease lease, IVertexProgress progress, CancellationToken cancellationToken)
    {
        using var status = progress.Step("exporting layers");
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = cancellationToken };
        var wanted = result.Platforms.SelectMany(platform => platform.Snapshot.Layers).Distinct().ToArray();
        var made = new Dictionary<LayerId, LayerBlob>(wanted.Length);
        await Parallel.ForEachAsync(wanted, bounded, async (layer, token) =>
        {
            var blob = await layers.GetBlobAsync(layer, options.Compression, token);
            lock (made)
                made.Add(layer, blob);
        });

        var exported = result.Platforms.Select(platform => platform.Snapshot.Layers.Select(layer => made[layer]).ToArray()).ToArray();
        if (options.RewriteTimestamp)
            await RewriteTimestampsAsync(result, options, exported, bounded);
        return [.. exported.Select(platform => platform.Select(blob => Prepare(blob, options, lease)).ToImmutableArray())];
    }

    private async Task RewriteTimestampsAsync(ExportResult result, ImageOptions options, LayerBlob[][] exported, ParallelOptions bounded)
    {
        var rewrites = new List<(int Platform, int Layer, DateTimeOffset Time)>();
        for (var i = 0; i < exported.Length; i++)
        {
            var platform = result.Platforms[i];
            if (options.Epoch.For(result, platform.Id) is not { } epoch)
                throw new ExportException("rewrite-timestamp=true needs a time: set SOURCE_DATE_EPOCH as build argument or in the environment");
            // The base image's own layers stay as they are.
            for (var layer = CountBaseLayers(result, platform, exported[i]); layer < exported[i].Length; layer++)
                rewrites.Add((i, layer, epoch));
        }
        await Parallel.ForEachAsync(rewrites, bounded, async (rewrite, token) =>
        {
            var layer = result.Platforms[rewrite.Platform].Snapshot.Layers[rewrite.Layer];
            exported[rewrite.Platform][rewrite.Layer] =
                await layers.GetBlobAsync(layer, options.Compression with { RewriteTimestamp = rewrite.Time }, token);
        });
    }

    private async Task<AssembledManifest> WriteManifestAsync(
        ExportResult result,
        PlatformResult platform,
        ImmutableArray<LayerBlob> blobs,
        ImageOptions options,
        ImageAnnotations annotations,
        IStorageLease lease,
        IVertexProgress progress,
        CancellationToken cancellationToken)
    {
        var baseLayers = CountBaseLayers(result, platform, blobs);
        var config = ImageConfigCompletion.Complete(
            options.ConfigOverrides.GetValueOrDefault(platform.Id) ?? options.ConfigOverrides.GetValueOrDefault("") ?? platform.ConfigJson,
            BaseConfigOf(result, platform),
            platform.Platform,
            [.. blobs.Select(blob => blob.DiffId)],
            // The base image's history has its own times; when its layers came to this machine is nothing that an image depends on.
            [.. platform.Snapshot.Layers.Select((layer, number) => number < baseLayers ? null : layers.GetCreatedAt(layer))],
            options.Epoch.For(result, platform.Id));
        if (result.InlineCache?.Invoke(blobs) is { } cache)
            config = config with { Other = WithCache(config.Other, cache) };
        var configType = options.OciMediaTypes ? MediaTypes.OciConfig : MediaTypes.DockerConfig;
        var configJson = OciJson.Serialize(config);
        var manifest = new ImageManifest(
            new Descriptor(configType, Digest.Sha256(configJson), configJson.Length), [.. blobs.Select(blob => blob.Descriptor)])
        {
            MediaType = options.OciMediaTypes ? MediaTypes.OciManifest : MediaTypes.DockerManifest,
            Annotations = annotations.Get(AnnotationTarget.Manifest, platform.Platform),
        };
        var manifestJson = OciJson.Serialize(manifest);
        Descriptor descriptor;
        using (progress.Step("exporting manifest " + Digest.Sha256(manifestJson)))
            descriptor = await content.WriteAsync(manifest.MediaType, manifestJson, lease, cancellationToken);
        using (progress.Step("exporting config " + manifest.Config.Digest))
            await content.WriteAsync(configType, configJson, lease, cancellationToken);
        return new AssembledManifest(
            descriptor with { Annotations = annotations.Get(AnnotationTarget.ManifestDescriptor, platform.Platform), Platform = platform.Platform },
            manifest.Config,
            config.Created?.Time,
            blobs);
    }

    private static Dictionary<string, JsonElement> WithCache(IDictionary<string, JsonElement>? fields, byte[] cache)
    {
        using var value = JsonDocument.Parse($"\"{Convert.ToBase64String(cache)}\"");
        return new Dictionary<string, JsonElement>(fields ?? new Dictionary<string, JsonElement>()) { [InlineCacheKey] = value.RootElement.Clone() };
    }

    private static int CountBaseLayers(ExportResult result, PlatformResult platform, IReadOnlyList<LayerBlob> blobs) =>
        blobs.Zip(ImageConfigCompletion.DiffIdsOf(BaseConfigOf(result, platform))).TakeWhile(pair => pair.First.DiffId == pair.Second).Count();

    private static byte[]? BaseConfigOf(ExportResult result, PlatformResult platform) =>
        result.Metadata.GetValueOrDefault($"{BaseConfigKey}/{platform.Id}") ?? result.Metadata.GetValueOrDefault(BaseConfigKey);

    private static LayerBlob Prepare(LayerBlob blob, ImageOptions options, IStorageLease lease)
    {
        lease.Protect(blob.Descriptor.Digest);
        var mediaType = blob.Descriptor.MediaType;
        var urls = blob.Descriptor.Urls;
        if (MediaTypes.IsNonDistributable(mediaType) && !options.PreferNonDistributableLayers)
        {
            mediaType = mediaType
                .Replace(".layer.nondistributable.", ".layer.", StringComparison.Ordinal)
                .Replace(".rootfs.foreign.", ".rootfs.", StringComparison.Ordinal);
            urls = null;
        }
        return blob with
        {
            Descriptor = new Descriptor(MediaTypes.Translate(mediaType, options.OciMediaTypes), blob.Descriptor.Digest, blob.Descriptor.Size)
            {
                Urls = urls,
                Annotations = options.OciMediaTypes ? blob.Descriptor.Annotations : null,
            },
        };
    }
}
