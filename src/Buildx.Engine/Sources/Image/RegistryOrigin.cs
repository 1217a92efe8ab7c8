using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Sources.Image;

internal sealed class RegistryOrigin(RemoteRepository repository) : IImageOrigin
{
    public IBlobSource Layers { get; } = new RegistryBlobSource(repository);

    public async Task<Digest> ResolveAsync(ImageReference reference, CancellationToken cancellationToken) =>
        (await repository.ResolveAsync(reference, cancellationToken)).Digest;

    public Task<ManifestContent> GetManifestAsync(Digest digest, CancellationToken cancellationToken) =>
        repository.GetManifestAsync(new Descriptor(MediaTypes.OciIndex, digest, -1), cancellationToken);

    public Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken) => repository.ReadBlobAsync(blob, cancellationToken);
}
