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

    /// <summary>Whether what was there before can be found, so that a part of it may be kept.</summary>
    bool CanMerge => true;

    /// <summary>Whether layers may be brought while it is not known yet that the build succeeds: nobody minds those that nothing will name.</summary>
    bool TakesLayersEarly => true;

    IBlobSource Layers { get; }

    /// <summary>Whether a blob is there, and will not be cleaned away soon.</summary>
    Task<bool> KeepBlobAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Brings a blob; nothing is sent where it is there.</summary>
    /// <param name="open">Opens the content, for each attempt.</param>
    /// <param name="mountFrom">A repository that is known to have it.</param>
    Task WriteBlobAsync(Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? mountFrom, CancellationToken cancellationToken);
}
