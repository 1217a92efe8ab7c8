using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>Blobs by digest. What can be read from it was verified when it was written.</summary>
internal interface IContentStore
{
    bool TryGetSize(Digest digest, out long size);

    /// <summary>All that are there.</summary>
    IReadOnlyCollection<KeyValuePair<Digest, long>> Blobs { get; }

    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    Stream OpenRead(Digest digest);

    /// <summary>
    /// Starts a blob. It appears, whole and under its digest, with <see cref="IBlobWriter.CommitAsync"/>, or never.
    /// </summary>
    IBlobWriter Create();
}

internal interface IBlobWriter : IAsyncDisposable
{
    Stream Stream { get; }

    /// <exception cref="InvalidDataException">What was written has not the expected digest.</exception>
    ValueTask<Digest> CommitAsync(Digest? expected, CancellationToken cancellationToken);
}
