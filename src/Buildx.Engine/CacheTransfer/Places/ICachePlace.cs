using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary>Where a cache is kept that consists of a manifest and blobs.</summary>
internal interface ICachePlace
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>The manifest that is there now.</summary>
    /// <exception cref="CacheTransferException">There is none.</exception>
    Task<byte[]> ReadManifestAsync(CancellationToken cancellationToken);

    /// <summary>A manifest that another one names, verified.</summary>
    Task<byte[]> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>A config, verified.</summary>
    Task<byte[]> ReadBlobAsync(Descriptor descriptor, CancellationToken cancellationToken);

    IBlobSource Layers { get; }

    /// <summary>Brings a blob; nothing is sent where it is there.</summary>
    /// <param name="open">Opens the content, for each attempt.</param>
    /// <param name="mountFrom">A repository that is known to have it.</param>
    Task WriteBlobAsync(Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? mountFrom, CancellationToken cancellationToken);

    /// <summary>The cache is complete with this.</summary>
    Task WriteManifestAsync(Descriptor manifest, byte[] json, CancellationToken cancellationToken);
}
