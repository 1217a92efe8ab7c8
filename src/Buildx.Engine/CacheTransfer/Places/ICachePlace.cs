using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary>Where a cache is kept: blobs, and what tells of them, an <see cref="IManifestPlace"/> or an <see cref="IIndexPlace"/>.</summary>
internal interface ICachePlace
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>How many blobs are sent at the same time.</summary>
    int Parallelism => 8;

    IBlobSource Layers { get; }

    /// <summary>Brings a blob; nothing is sent where it is there.</summary>
    /// <param name="open">Opens the content, for each attempt.</param>
    /// <param name="mountFrom">A repository that is known to have it.</param>
    Task WriteBlobAsync(Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? mountFrom, CancellationToken cancellationToken);
}
