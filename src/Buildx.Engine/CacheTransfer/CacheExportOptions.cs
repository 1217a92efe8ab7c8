using Buildx.Engine.Storage;

namespace Buildx.Engine.CacheTransfer;

/// <param name="IsComplete"><c>mode=max</c>: results of all steps, not only those that are part of the image.</param>
/// <param name="IgnoreErrors">A cache that can't be exported fails no build.</param>
/// <param name="ImageManifest">An image manifest, else an index.</param>
/// <param name="Mounts">Cache mounts to be exported too; null for none.</param>
/// <param name="IsShared">Other builders write to the same place at the same time: the client has given them parts of one build.</param>
internal sealed record CacheExportOptions(bool IsComplete, bool IgnoreErrors, LayerCompression Compression, bool OciMediaTypes, bool ImageManifest, bool IsShared, MountSelection? Mounts)
{
    /// <exception cref="CacheTransferException">An attribute makes no sense.</exception>
    public static CacheExportOptions Read(CacheAttributes attributes)
    {
        var oci = attributes.Flag("oci-mediatypes") ?? true;
        var imageManifest = attributes.Flag("image-manifest") ?? oci;
        if (imageManifest && !oci)
            throw new CacheTransferException($"cache export type={attributes.Type}: image-manifest=true needs oci-mediatypes=true");
        return new CacheExportOptions(
            attributes.Choice("mode", false, ("min", false), ("max", true)),
            attributes.Flag("ignore-error") ?? false,
            attributes.Compression(),
            oci,
            imageManifest,
            attributes.Flag("shared") ?? false,
            MountSelection.Read(attributes));
    }
}
