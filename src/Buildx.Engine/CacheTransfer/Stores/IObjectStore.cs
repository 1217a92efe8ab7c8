using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>Objects by name, each written as a whole.</summary>
internal interface IObjectStore
{
    /// <summary>For messages; without any secret.</summary>
    string Name { get; }

    /// <summary>How many blobs are sent at the same time.</summary>
    int Parallelism { get; }

    /// <summary>A small object; null when it is not there.</summary>
    /// <exception cref="StoreException"/>
    Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Opens a blob for one sequential read.</summary>
    /// <exception cref="StoreException"/>
    Task<Stream> OpenAsync(string key, long size, CancellationToken cancellationToken);

    /// <summary>Whether it is there. One that is will not be cleaned away soon.</summary>
    /// <exception cref="StoreException"/>
    Task<bool> KeepAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes what is named by its digest, which nobody else writes differently.</summary>
    /// <param name="open">Opens the content, for each attempt.</param>
    /// <exception cref="StoreException"/>
    Task WriteBlobAsync(string key, Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken);

    /// <summary>Writes a small object in place of what was there.</summary>
    /// <exception cref="StoreException"/>
    Task WriteAsync(string key, byte[] content, CancellationToken cancellationToken);
}
