using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Cli.ImageTools;

/// <summary>Brings images from one repository to another: what is there is not sent again, and blobs of the same registry are mounted.</summary>
internal sealed class ImageCopy(RemoteRepository from, RemoteRepository to)
{
    public async Task CopyAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (from.Name == to.Name || await to.HasManifestAsync(descriptor.Digest, cancellationToken))
            return;
        var manifest = await from.GetManifestAsync(descriptor, cancellationToken);
        var mediaType = manifest.Descriptor.MediaType;
        if (MediaTypes.IsIndex(mediaType))
        {
            await Task.WhenAll(OciJson.ParseIndex(manifest.Json).Manifests.Select(part => CopyAsync(part, cancellationToken)));
        }
        else
        {
            // Layers of Windows' base images are had from where their URLs say.
            var parsed = OciJson.ParseManifest(manifest.Json);
            await Task.WhenAll(parsed.Layers.Append(parsed.Config).Where(blob => !MediaTypes.IsNonDistributable(blob.MediaType)).DistinctBy(blob => blob.Digest).Select(blob => to.PushBlobAsync(
                blob,
                async token => await from.OpenBlobAsync(blob, cancellationToken: token),
                from.Name,
                cancellationToken: cancellationToken)));
        }
        await to.PushManifestAsync(mediaType, manifest.Json, null, cancellationToken);
    }
}
