using Buildx.Engine.CacheTransfer.Stores;
using Buildx.Engine.Server;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary>Caches in a store of objects, each under one or more names, beside the blobs that all of them share.</summary>
internal sealed class ObjectPlace(IObjectStore store, ObjectNames names, ISession? session) : IIndexPlace, IBlobSource
{
    public string Name => $"{store.Name}, {(names.Names.Length == 1 ? "cache" : "caches")} {string.Join(", ", names.Names)}";

    public int Parallelism => store.Parallelism;

    public IBlobSource Layers => this;

    public string? Repository => null;

    // The keys are the client's.
    public bool IsUsable => session is not { Closed.IsCancellationRequested: true };

    public async Task<IReadOnlyList<byte[]>> ReadIndexesAsync(CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(names.Names.Select(name => store.ReadAsync(names.Manifest(name), cancellationToken)));
        return found.OfType<byte[]>().ToList() is { Count: > 0 } caches
            ? caches
            : throw new CacheTransferException($"there is no cache {string.Join(", ", names.Names)} in {store.Name}");
    }

    public async Task WriteIndexAsync(byte[] json, CancellationToken cancellationToken)
    {
        foreach (var name in names.Names)
            await store.WriteAsync(names.Manifest(name), json, cancellationToken);
    }

    public async Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) =>
        new VerifyingStream(await store.OpenAsync(names.Blob(blob.Digest), blob.Size, cancellationToken), blob.Digest, blob.Size, source: store.Name);

    public Task<bool> KeepBlobAsync(Descriptor blob, CancellationToken cancellationToken) => store.KeepAsync(names.Blob(blob.Digest), cancellationToken);

    public async Task WriteBlobAsync(Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? mountFrom, CancellationToken cancellationToken)
    {
        var key = names.Blob(blob.Digest);
        if (!await store.KeepAsync(key, cancellationToken))
            await store.WriteBlobAsync(key, blob, open, cancellationToken);
    }
}
