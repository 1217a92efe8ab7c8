using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Sources.Image;

/// <summary>A layer's blob where it lies in a registry, with the rights of who asked for the image.</summary>
internal sealed class RegistryBlobSource(RemoteRepository repository) : IBlobSource
{
    public string? Repository => repository.Name;

    public Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) =>
        repository.OpenBlobAsync(blob, verify: false, cancellationToken);
}
