using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary>A place that consists of a manifest and blobs, as registries have them.</summary>
internal interface IManifestPlace : ICachePlace
{
    /// <summary>The manifest that is there now.</summary>
    /// <exception cref="CacheTransferException">There is none.</exception>
    Task<byte[]> ReadManifestAsync(CancellationToken cancellationToken);

    /// <summary>A manifest that another one names, verified.</summary>
    Task<byte[]> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>A config, verified.</summary>
    Task<byte[]> ReadBlobAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>The cache is complete with this.</summary>
    Task WriteManifestAsync(Descriptor manifest, byte[] json, CancellationToken cancellationToken);
}
