using System.Text.Json;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>Cache mounts in a cache's config: in a field of their own, which BuildKit passes over.</summary>
internal static class CacheMountRecords
{
    public static CacheConfigMount ToRecord(CachedMount mount) => new(
        mount.Key.Id,
        mount.Key.Seed.Length > 0 ? mount.Key.Seed : null,
        mount.Blob.Descriptor.Digest,
        mount.Attributes.Uid,
        mount.Attributes.Gid,
        mount.Attributes.Permissions,
        new CacheConfigLayerDescription(mount.Blob.Descriptor.MediaType, mount.Blob.DiffId, mount.Blob.Descriptor.Size, mount.CreatedAt));

    /// <param name="source">Where the content can be had from.</param>
    /// <exception cref="InvalidDataException">It is no config.</exception>
    public static IReadOnlyList<CachedMount> Read(ReadOnlySpan<byte> config, IBlobSource? source)
    {
        // Few caches have any, and configs may be large.
        if (config.IndexOf("\"mounts\""u8) < 0)
            return [];
        try
        {
            return [.. (JsonSerializer.Deserialize(config, CacheConfigJson.Default.CacheConfig)?.Mounts ?? []).Select(mount => ToMount(mount, source)).OfType<CachedMount>()];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the cache config cannot be read: {e.Message}", e);
        }
    }

    /// <summary>As a manifest lists it, so that nobody takes it for something that nothing needs.</summary>
    public static Descriptor Describe(CachedMount mount, bool ociMediaTypes) => CacheDescriptors.Describe(mount.Blob, mount.CreatedAt, ociMediaTypes);

    /// <summary>The newer ones, and what older ones there are of other mounts.</summary>
    public static IReadOnlyList<CachedMount> Union(IReadOnlyList<CachedMount> newer, IEnumerable<CachedMount> older, Func<Digest, bool> isThere) =>
        newer.Count == 0 ? [] : [.. newer.Concat(older.Where(mount => isThere(mount.Blob.Descriptor.Digest))).DistinctBy(mount => mount.Key)];

    private static CachedMount? ToMount(CacheConfigMount mount, IBlobSource? source) =>
        mount.Id is { Length: > 0 } id && CacheDescriptors.Read(new CacheConfigLayer(mount.Blob, -1) { Description = mount.Description }, source) is { } blob
            ? new CachedMount(new CacheMountKey(id, mount.Seed ?? ""), blob, new DirectoryAttributes(mount.Uid, mount.Gid, mount.Permissions & 0xfff), mount.Description!.CreatedAt)
            : null;
}
