using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Sources.Image;

/// <summary>Where an image comes from: a repository of a registry, a client's OCI layout, or the engine's own store.</summary>
internal interface IImageOrigin
{
    /// <summary>What a tag stands for.</summary>
    Task<Digest> ResolveAsync(ImageReference reference, CancellationToken cancellationToken);

    /// <summary>A manifest or index, verified.</summary>
    Task<ManifestContent> GetManifestAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>A config, verified.</summary>
    Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken);

    IBlobSource Layers { get; }
}
