using Buildx.Engine.CacheTransfer;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>A cache in a directory that takes the place of one that other platforms' builds have left.</summary>
internal static class DirectoryMerge
{
    /// <returns>What to name: the newer one, or one that is made of both.</returns>
    public static Descriptor WithOtherPlatforms(OciLayout layout, Descriptor newer, Descriptor? older, IReadOnlyList<Platform> platforms)
    {
        if (older is null || older.Digest == newer.Digest)
            return newer;
        try
        {
            if (Read(layout, newer) is not { } first || Read(layout, older) is not { } second
                || CacheMerging.Merge(first, second, platforms.Select(platform => platform.ToString()), layout.Contains) is not var (mediaType, manifest, config))
            {
                return newer;
            }
            Write(layout, config);
            Write(layout, manifest);
            return new Descriptor(mediaType, Digest.Sha256(manifest), manifest.Length);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            // What can't be read need not be kept.
            return newer;
        }
    }

    private static (byte[] Manifest, byte[] Config)? Read(OciLayout layout, Descriptor manifest)
    {
        var json = File.ReadAllBytes(layout.GetBlobPath(manifest.Digest));
        return CacheMerging.FindConfig(json) is { } config && layout.Contains(config.Digest) ? (json, File.ReadAllBytes(layout.GetBlobPath(config.Digest))) : null;
    }

    private static void Write(OciLayout layout, byte[] content)
    {
        var path = layout.GetBlobPath(Digest.Sha256(content));
        if (File.Exists(path))
            return;
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }
}
