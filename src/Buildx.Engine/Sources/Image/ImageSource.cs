using System.Collections.Immutable;
using Buildx.Engine.Frontends;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Sources.Image;

/// <summary>
/// Images of registries, of this engine's own store and of clients' OCI layouts as snapshots. What the registry has comes first, as its tags may have moved,
/// unless the build asks for local images. Only manifests and configs are fetched here, and kept by their digests: a pinned image
/// that was seen before needs no network. Layers come when somebody mounts them.
/// </summary>
internal sealed class ImageSource(RegistryClient registry, IContentStore content, ILayerStore layers, IImageTable images)
{
    /// <summary>An index may point to indexes; nobody needs many levels of that.</summary>
    private const int MaxIndexDepth = 4;

    /// <param name="tags">The build's memory of tags.</param>
    /// <param name="lease">Keeps manifests and config from garbage collection while the build runs; may be null.</param>
    /// <exception cref="SourceException">There is no such image for the platform, or it is none.</exception>
    /// <exception cref="RegistryException">The registry cannot give it.</exception>
    /// <exception cref="RegistryConfigurationException">The registry's configuration cannot be used.</exception>
    public async Task<ResolvedImage> ResolveAsync(
        ImageSourceRequest request, ICredentialSource credentials, ResolvedTags tags, IStorageLease? lease, CancellationToken cancellationToken)
    {
        var reference = request.Reference.WithDefaultTag();
        var kept = request.Mode is ImageResolveMode.Pull || images.Find(reference) is not { } target ? null : new StoredOrigin(content, target);
        if (kept is not null && (request.Mode is ImageResolveMode.Local || reference.Digest is not null))
            return await ResolveAsync(request, kept, tags, lease, cancellationToken);
        try
        {
            return await ResolveAsync(request, new RegistryOrigin(registry.Open(reference, credentials)), tags, lease, cancellationToken);
        }
        catch (RegistryException) when (kept is not null)
        {
            return await ResolveAsync(request, kept, tags, lease, cancellationToken);
        }
    }

    /// <inheritdoc cref="ResolveAsync(ImageSourceRequest, ICredentialSource, ResolvedTags, IStorageLease?, CancellationToken)"/>
    public async Task<ResolvedImage> ResolveAsync(
        ImageSourceRequest request, IImageOrigin repository, ResolvedTags tags, IStorageLease? lease, CancellationToken cancellationToken)
    {
        var reference = request.Reference.WithDefaultTag();
        var digest = reference.Digest ?? await tags.GetAsync(reference, token => ResolveTagAsync(repository, reference, lease, token), cancellationToken);
        if (request.Checksum is { } checksum && checksum != digest)
            throw new SourceException($"{reference.FamiliarName} has the digest {digest}, which is not the expected {checksum}");

        var root = await GetManifestAsync(repository, digest, lease, cancellationToken);
        var manifestContent = await SelectAsync(repository, reference, root, request.Platform, lease, cancellationToken);
        var manifest = Parse(reference, manifestContent, OciJson.ParseManifest);
        var configJson = await GetConfigAsync(repository, reference, manifest, lease, cancellationToken);
        var config = Parse(reference, configJson, OciJson.ParseConfig);
        var (snapshot, blobs) = AddLayers(repository, reference, manifest, config, request.LayerLimit);
        return new ResolvedImage(reference.WithDigest(digest), manifestContent.Descriptor, configJson.Json, config, snapshot, blobs);
    }

    private async Task<Digest> ResolveTagAsync(
        IImageOrigin repository, ImageReference reference, IStorageLease? lease, CancellationToken cancellationToken)
    {
        var digest = await repository.ResolveAsync(reference, cancellationToken);
        // Here rather than later: the first of many platforms fetches the index, the others find it.
        await GetManifestAsync(repository, digest, lease, cancellationToken);
        return digest;
    }

    private async Task<ManifestContent> SelectAsync(
        IImageOrigin repository, ImageReference reference, ManifestContent manifest, Platform platform, IStorageLease? lease, CancellationToken cancellationToken)
    {
        for (var depth = 0; MediaTypes.IsIndex(manifest.Descriptor.MediaType); depth++)
        {
            if (depth == MaxIndexDepth)
                throw new SourceException($"{reference.FamiliarName} is an index of indexes of indexes, which is too much");
            var index = Parse(reference, manifest, OciJson.ParseIndex);
            var selected = PlatformMatcher.Select(index, platform);
            if (selected is null)
            {
                var available = PlatformMatcher.List(index);
                throw new SourceException(available.Count == 0
                    ? $"{reference.FamiliarName} is an index without images"
                    : $"{reference.FamiliarName} has no image for {platform}; it has {string.Join(", ", available)}. Choose one of these with --platform, or another base image");
            }
            manifest = await GetManifestAsync(repository, selected.Digest, lease, cancellationToken);
        }
        return manifest;
    }

    private async Task<ManifestContent> GetManifestAsync(
        IImageOrigin repository, Digest digest, IStorageLease? lease, CancellationToken cancellationToken)
    {
        lease?.Protect(digest);
        if (await ReadStoredAsync(digest, cancellationToken) is { } stored && OciJson.DetectManifestType(stored) is { } type)
            return new ManifestContent(new Descriptor(type, digest, stored.Length), stored);
        var fetched = await repository.GetManifestAsync(digest, cancellationToken);
        await StoreAsync(fetched.Json, digest, cancellationToken);
        return fetched;
    }

    private async Task<ManifestContent> GetConfigAsync(
        IImageOrigin repository, ImageReference reference, ImageManifest manifest, IStorageLease? lease, CancellationToken cancellationToken)
    {
        var descriptor = manifest.Config;
        if (!MediaTypes.IsConfig(descriptor.MediaType))
            throw new SourceException($"{reference.FamiliarName} is no container image: its config is of type {descriptor.MediaType}");
        lease?.Protect(descriptor.Digest);
        if (await ReadStoredAsync(descriptor.Digest, cancellationToken) is { } stored)
            return new ManifestContent(descriptor, stored);
        var json = await repository.ReadBlobAsync(descriptor, cancellationToken);
        await StoreAsync(json, descriptor.Digest, cancellationToken);
        return new ManifestContent(descriptor, json);
    }

    private (Snapshot Snapshot, ImmutableArray<Descriptor> Blobs) AddLayers(
        IImageOrigin repository, ImageReference reference, ImageManifest manifest, ImageConfig config, int? limit)
    {
        var diffIds = config.RootFs?.DiffIds ?? [];
        if (diffIds.Count != manifest.Layers.Count)
            throw new SourceException($"{reference.FamiliarName} is damaged: its manifest has {manifest.Layers.Count} layers, its config {diffIds.Count}");
        if (limit > diffIds.Count)
            throw new SourceException($"{reference.FamiliarName} has {diffIds.Count} layers, {limit} were asked for");
        var ids = ImmutableArray.CreateBuilder<LayerId>();
        var blobs = ImmutableArray.CreateBuilder<Descriptor>();
        for (var i = 0; i < (limit ?? diffIds.Count); i++)
        {
            ids.Add(layers.AddImageLayer(diffIds[i], manifest.Layers[i], repository.Layers));
            blobs.Add(manifest.Layers[i]);
        }
        return (new Snapshot(ids.ToImmutable()), blobs.ToImmutable());
    }

    private async Task<byte[]?> ReadStoredAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (!content.TryGetSize(digest, out var size))
            return null;
        try
        {
            await using var stream = content.OpenRead(digest);
            var json = new MemoryStream((int)size);
            await stream.CopyToAsync(json, cancellationToken);
            return json.ToArray();
        }
        catch (FileNotFoundException)
        {
            // Garbage collection was faster.
            return null;
        }
    }

    private async Task StoreAsync(byte[] json, Digest digest, CancellationToken cancellationToken)
    {
        await using var writer = content.Create();
        await writer.Stream.WriteAsync(json, cancellationToken);
        await writer.CommitAsync(digest, cancellationToken);
    }

    private delegate T Parser<out T>(ReadOnlySpan<byte> json);

    private static T Parse<T>(ImageReference reference, ManifestContent content, Parser<T> parse)
    {
        try
        {
            return parse(content.Json);
        }
        catch (InvalidDataException e)
        {
            throw new SourceException($"{reference.FamiliarName} cannot be read: {e.Message} ({content.Descriptor.Digest})", e);
        }
    }
}
