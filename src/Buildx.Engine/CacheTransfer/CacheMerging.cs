using System.Collections.Immutable;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Puts a cache in the place of an older one where no engine does that: in directories, whose names are the client's.</summary>
public static class CacheMerging
{
    /// <summary>The config that a cache's manifest names; null for what is no cache.</summary>
    public static Descriptor? FindConfig(byte[] manifest) => CacheManifest.Read(manifest).Config;

    /// <param name="platforms">What the newer one was built for, where it does not say so itself.</param>
    /// <param name="isThere">Whether a layer exists.</param>
    /// <returns>Null when nothing of the older one is to be kept.</returns>
    /// <exception cref="InvalidDataException">One of them can't be read.</exception>
    public static (string MediaType, byte[] Manifest, byte[] Config)? Merge(
        (byte[] Manifest, byte[] Config) newer, (byte[] Manifest, byte[] Config) older, IEnumerable<string> platforms, Func<Digest, bool> isThere)
    {
        var nodes = Read(newer);
        var named = platforms.ToList();
        foreach (var node in nodes.Where(node => node.Platforms.Count == 0))
            node.Platforms.UnionWith(named);
        var union = CacheUnion.Of(nodes, Read(older), isThere);
        var newerMounts = CacheMountRecords.Read(newer.Config, null);
        var mounts = CacheMountRecords.Union(newerMounts, CacheMountRecords.Read(older.Config, null), isThere);
        if (ReferenceEquals(union, nodes) && mounts.Count == newerMounts.Count)
            return null;
        var writer = new CacheConfigWriter(union);
        var config = writer.Write(mounts: mounts);
        var isIndex = MediaTypes.IsIndex(OciJson.DetectManifestType(newer.Manifest));
        var isOci = !isIndex || OciJson.ParseIndex(newer.Manifest).MediaType == MediaTypes.OciIndex;
        var (mediaType, manifest) = CacheManifest.Write(
            [.. CacheManifest.Describe(writer, union, isOci), .. mounts.Select(mount => CacheMountRecords.Describe(mount, isOci)).DistinctBy(blob => blob.Digest)],
            new Descriptor(CacheConfig.MediaType, Digest.Sha256(config), config.Length), !isIndex, isOci);
        return (mediaType, manifest, config);
    }

    private static IReadOnlyList<CacheNode> Read((byte[] Manifest, byte[] Config) cache) =>
        CacheConfigReader.Read(cache.Config, CacheManifest.Layers(CacheManifest.Read(cache.Manifest).Blobs, null));
}
