using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>
/// Layers and the snapshots made of them. A layer is a directory in overlayfs's own diff form (whiteouts as 0/0 character
/// devices; opaque directories only in layers of images), or a blob that has not been fetched yet.
/// </summary>
internal interface ILayerStore
{
    /// <summary>
    /// Makes a layer of an image known. Nothing is fetched until somebody mounts it or asks for its blob. The same diffID
    /// gives the same layer; a later call replaces the source of a layer that was not fetched yet (it may hold credentials
    /// of a session that ended).
    /// </summary>
    LayerId AddImageLayer(Digest diffId, Descriptor blob, IBlobSource source);

    /// <summary>The tree as one directory to read. Missing layers are fetched and unpacked first, in parallel.</summary>
    ValueTask<IMountedSnapshot> MountAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken);

    /// <summary>The tree as one directory to change; what was changed becomes a layer with <see cref="IWritableSnapshot.CommitAsync"/>.</summary>
    ValueTask<IWritableSnapshot> MountWritableAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken);

    /// <summary>
    /// The tree with one layer more, which was made before, as one directory to change: what was changed, with that layer, becomes
    /// one layer on top of the snapshot. Nothing may be removed.
    /// </summary>
    /// <returns>Null when that layer is gone, or is none to go on from: it hides something, or goes on from another one itself.</returns>
    ValueTask<IWritableSnapshot?> MountContinuationAsync(Snapshot snapshot, LayerId continued, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IWritableSnapshot?>(null);

    /// <summary>
    /// The layer as the compressed tar that registries and archives carry, in the content store: made where it does not exist
    /// in a suitable form yet. An existing blob of another compression is kept unless <see cref="LayerCompression.Force"/>.
    /// A lazy layer is not fetched when its remote blob is suitable already: <see cref="LayerBlob.Source"/> then says where it is.
    /// </summary>
    ValueTask<LayerBlob> GetBlobAsync(LayerId layer, LayerCompression compression, CancellationToken cancellationToken);

    /// <summary>Whether every layer is here, or can still be fetched. False after garbage collection took one.</summary>
    bool IsAvailable(Snapshot snapshot);

    /// <summary>Bytes on disk; 0 for what was not fetched.</summary>
    long GetSize(LayerId layer);

    /// <summary>
    /// When the layer was made here, or first heard of, for an image's history; it never changes, so that a cached build gives
    /// the same image again. Null for one that garbage collection took.
    /// </summary>
    DateTimeOffset? GetCreatedAt(LayerId layer);

    /// <summary>Removes a layer that no record came to have, unless somebody holds it.</summary>
    void Discard(LayerId layer);
}

/// <summary>Where a blob can be had from, with the rights of whoever asked for it.</summary>
internal interface IBlobSource
{
    /// <summary>Opens the blob for one sequential read. The caller verifies the digest.</summary>
    Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>The repository it comes from (<c>host/path</c>), for cross-repository mounts; null if it is none.</summary>
    string? Repository { get; }

    /// <summary>False when whoever could give it has gone: the layer is then as good as not there.</summary>
    bool IsUsable => true;
}

/// <summary>Told how far a layer's download and unpacking are.</summary>
internal interface IPullProgress
{
    void Report(Descriptor blob, PullPhase phase, long current, long total);
}

internal enum PullPhase { Downloading, Extracting, Done }

internal interface IMountedSnapshot : IAsyncDisposable
{
    /// <summary>Absolute path of the merged tree, readable in the engine's mount namespace.</summary>
    string Path { get; }
}

internal interface IWritableSnapshot : IMountedSnapshot
{
    /// <summary>
    /// Ends writing and keeps the changes as a layer on top of the snapshot; an empty one when nothing was changed, for each step
    /// that may write has its layer in the image.
    /// Disposing without this throws the changes away.
    /// </summary>
    ValueTask<LayerId> CommitAsync(CancellationToken cancellationToken);
}

/// <param name="Type">What a new blob is compressed with.</param>
/// <param name="Level">The algorithm's own level, null for its default.</param>
/// <param name="Force">Convert also layers that exist with another compression.</param>
/// <param name="RewriteTimestamp">Clamp file times to this, as <c>rewrite-timestamp</c> asks.</param>
/// <param name="OciMediaTypes">OCI media types, else Docker's.</param>
internal sealed record LayerCompression(
    CompressionType Type = CompressionType.Gzip,
    int? Level = null,
    bool Force = false,
    DateTimeOffset? RewriteTimestamp = null,
    bool OciMediaTypes = true)
{
    /// <summary>How many cores a new blob is compressed on, null for all. The bytes are the same.</summary>
    public int? Cores { get; init; }
}

internal enum CompressionType { Uncompressed, Gzip, EStargz, Zstd }

/// <param name="Source">Null when the blob is in the content store; else where it still is.</param>
internal sealed record LayerBlob(Descriptor Descriptor, Digest DiffId, IBlobSource? Source)
{
    /// <summary>Opens it where it is: here, if it has come meanwhile.</summary>
    public async ValueTask<Stream> OpenAsync(IContentStore content, CancellationToken cancellationToken) => Source is not null && !content.TryGetSize(Descriptor.Digest, out _)
        ? await Source.OpenAsync(Descriptor, cancellationToken)
        : content.OpenRead(Descriptor.Digest);
}
