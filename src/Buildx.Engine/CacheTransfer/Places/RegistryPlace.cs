using Buildx.Engine.Server;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary><c>type=registry</c>: a tag of a repository.</summary>
internal sealed class RegistryPlace(RemoteRepository repository, ImageReference reference, ISession? session) : IManifestPlace, IBlobSource
{
    public string Name => reference.ToString();

    public IBlobSource Layers => this;

    public string? Repository => repository.Name;

    // The credentials are the client's.
    public bool IsUsable => session is not { Closed.IsCancellationRequested: true };

    public async Task<byte[]> ReadManifestAsync(CancellationToken cancellationToken) => (await repository.GetManifestAsync(reference, cancellationToken)).Json;

    public async Task<byte[]> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        (await repository.GetManifestAsync(descriptor, cancellationToken)).Json;

    public Task<byte[]> ReadBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) => repository.ReadBlobAsync(descriptor, cancellationToken);

    public Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => repository.OpenBlobAsync(blob, verify: false, cancellationToken);

    public Task<bool> KeepBlobAsync(Descriptor blob, CancellationToken cancellationToken) => repository.HasBlobAsync(blob.Digest, cancellationToken);

    public Task WriteBlobAsync(
        Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? mountFrom, CancellationToken cancellationToken) =>
        repository.PushBlobAsync(blob, open, mountFrom, null, cancellationToken);

    public Task WriteManifestAsync(Descriptor manifest, byte[] json, CancellationToken cancellationToken) =>
        repository.PushManifestAsync(manifest.MediaType, json, reference.Tag, cancellationToken);
}
