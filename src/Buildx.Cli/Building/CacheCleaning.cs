using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary><c>reset=true</c>: of a directory with cache only what its index still names is kept.</summary>
internal static class CacheCleaning
{
    public static void RemoveUnreferenced(OciLayout layout)
    {
        var kept = new HashSet<Digest>();
        foreach (var manifest in layout.ReadIndex().Manifests)
            Keep(layout, manifest.Digest, kept);
        var directory = Path.Combine(layout.DirectoryPath, "blobs", "sha256");
        foreach (var file in Directory.EnumerateFiles(directory))
        {
            if (Digest.TryParse("sha256:" + Path.GetFileName(file), out var digest) && !kept.Contains(digest))
                File.Delete(file);
        }
    }

    private static void Keep(OciLayout layout, Digest digest, HashSet<Digest> kept)
    {
        if (!kept.Add(digest) || !layout.Contains(digest))
            return;
        var json = File.ReadAllBytes(layout.GetBlobPath(digest));
        if (MediaTypes.IsIndex(OciJson.DetectManifestType(json)))
        {
            foreach (var manifest in OciJson.ParseIndex(json).Manifests)
            {
                if (MediaTypes.IsManifest(manifest.MediaType) || MediaTypes.IsIndex(manifest.MediaType))
                    Keep(layout, manifest.Digest, kept);
                else
                    kept.Add(manifest.Digest);
            }
            return;
        }
        var image = OciJson.ParseManifest(json);
        kept.Add(image.Config.Digest);
        kept.UnionWith(image.Layers.Select(layer => layer.Digest));
    }
}
