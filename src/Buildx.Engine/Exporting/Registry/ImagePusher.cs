using Buildx.Engine.Exporting.Images;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Exporting.Registry;

/// <summary>
/// Brings an image to registries: blobs at once and only where they are missing, then the manifests, last what has a tag, so
/// that a tag never points at something incomplete. Registries are served in parallel; the repositories of one after another,
/// so that the later ones can mount what the first one got.
/// </summary>
internal sealed class ImagePusher(
    RegistryClient registries, IContentStore content, ICredentialSource credentials, bool insecure, IVertexProgress progress)
{
    private const int BlobsAtOnce = 8;

    /// <param name="names">With a tag, or without one to push by digest.</param>
    public Task PushAsync(AssembledImage image, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        var single = names.DistinctBy(name => name.Repository).Count() == 1;
        return Task.WhenAll(names.GroupBy(name => name.Host).Select(async registry =>
        {
            string? mountFrom = null;
            foreach (var repository in registry.GroupBy(name => name.Repository))
            {
                await PushToRepositoryAsync(image, [.. repository.Distinct()], mountFrom, single ? "" : " to " + repository.Key, cancellationToken);
                mountFrom ??= repository.Key;
            }
        }));
    }

    private async Task PushToRepositoryAsync(
        AssembledImage image, ImageReference[] names, string? mountFrom, string suffix, CancellationToken cancellationToken)
    {
        try
        {
            var repository = registries.Open(names[0], credentials, insecure);
            using (progress.Step("pushing layers" + suffix))
                await PushBlobsAsync(image, repository, mountFrom, cancellationToken);
            if (image.Index is not null)
            {
                await Parallel.ForEachAsync(image.Manifests.DistinctBy(manifest => manifest.Descriptor.Digest), Bounded(cancellationToken), async (manifest, token) =>
                    await PushManifestAsync(repository, manifest.Descriptor, null, token));
            }
            foreach (var name in names)
            {
                using var status = progress.Step($"pushing manifest for {name.WithDigest(image.Target.Digest)}");
                await PushManifestAsync(repository, image.Target, name.Tag, cancellationToken);
            }
        }
        catch (RegistryException e)
        {
            // Which image is said once; the client's own message begins with the blob, or the repository.
            var end = e.Message.StartsWith("failed to push ", StringComparison.Ordinal) ? e.Message.IndexOf(": ", StringComparison.Ordinal) : -1;
            throw new ExportException($"failed to push {names[0]}: {(end < 0 ? e.Message : e.Message[(end + 2)..])}", e);
        }
    }

    private Task PushBlobsAsync(AssembledImage image, RemoteRepository repository, string? mountFrom, CancellationToken cancellationToken)
    {
        var configs = image.Manifests.Select(manifest => new LayerBlob(manifest.Config, manifest.Config.Digest, null)).DistinctBy(config => config.Descriptor.Digest);
        // What a licence keeps from being passed on stays where it is.
        var layers = image.DistinctLayers.Where(layer => !MediaTypes.IsNonDistributable(layer.Descriptor.MediaType));
        return Parallel.ForEachAsync(layers.Concat(configs), Bounded(cancellationToken), async (blob, token) =>
        {
            using var upload = new UploadProgress(progress, blob.Descriptor);
            await repository.PushBlobAsync(
                blob.Descriptor,
                attempt => blob.OpenAsync(content, attempt),
                mountFrom ?? blob.Source?.Repository,
                upload,
                token);
        });
    }

    private async Task PushManifestAsync(RemoteRepository repository, Descriptor manifest, string? tag, CancellationToken cancellationToken)
    {
        await using var stream = content.OpenRead(manifest.Digest);
        var json = new byte[manifest.Size];
        await stream.ReadExactlyAsync(json, cancellationToken);
        await repository.PushManifestAsync(manifest.MediaType, json, tag, cancellationToken);
    }

    private static ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = BlobsAtOnce, CancellationToken = cancellationToken };
}
