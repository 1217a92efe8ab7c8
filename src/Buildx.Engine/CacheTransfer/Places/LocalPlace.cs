using Buildx.Engine.Server;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary><c>type=local</c>: a directory of the client, which has an OCI layout's blobs in it and is reached through the session.</summary>
internal sealed class LocalPlace : IManifestPlace, IBlobSource
{
    private const int MaximumJsonSize = 64 << 20;

    private readonly ISession _session;
    private readonly ClientContentStore _store;
    private readonly string _directory;
    private readonly Digest? _manifest;

    /// <param name="manifest">Which manifest to read; null to write.</param>
    public LocalPlace(ISession? session, string directory, Digest? manifest)
    {
        _session = session is not null && session.Supports(SessionStreams.ContentReadMethod)
            ? session
            : throw new CacheTransferException($"the client does not offer its cache directory {directory}");
        (_directory, _manifest) = (directory, manifest);
        _store = new ClientContentStore(_session, SessionStreams.CacheStorePrefix + directory);
    }

    public string Name => _directory;

    // The client gives names to manifests, and merges what has the same one.
    public bool CanMerge => false;

    // A build that fails leaves the client's directory as it was.
    public bool TakesLayersEarly => false;

    public IBlobSource Layers => this;

    public string? Repository => null;

    public bool IsUsable => !_session.Closed.IsCancellationRequested;

    public async Task<byte[]> ReadManifestAsync(CancellationToken cancellationToken)
    {
        var digest = _manifest!.Value;
        return await ReadBlobAsync(new Descriptor(MediaTypes.OciManifest, digest, await FindAsync(digest, cancellationToken) ?? throw Missing(digest)), cancellationToken);
    }

    public Task<byte[]> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) => ReadBlobAsync(descriptor, cancellationToken);

    public async Task<byte[]> ReadBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (descriptor.Size is < 0 or > MaximumJsonSize)
            throw new CacheTransferException($"{descriptor.Digest} in {_directory} has {descriptor.Size} bytes, which is too much for a {descriptor.MediaType}");
        return await _store.ReadAsync(descriptor, cancellationToken);
    }

    public Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => Task.FromResult(_store.Open(blob, cancellationToken));

    public async Task WriteBlobAsync(
        Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? mountFrom, CancellationToken cancellationToken)
    {
        try
        {
            await _store.WriteAsync(blob.Digest, blob.Size, open, cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CacheTransferException($"the client could not write {blob.Digest} to {_directory}: {e.Status.Detail}", e);
        }
    }

    public async Task<bool> KeepBlobAsync(Descriptor blob, CancellationToken cancellationToken) => await FindAsync(blob.Digest, cancellationToken) is not null;

    public Task WriteManifestAsync(Descriptor manifest, byte[] json, CancellationToken cancellationToken) =>
        WriteBlobAsync(manifest, _ => ValueTask.FromResult<Stream>(new MemoryStream(json, writable: false)), null, cancellationToken);

    private async Task<long?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.FindAsync(digest, cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CacheTransferException($"the client's cache directory {_directory} can't be used: {e.Status.Detail}", e);
        }
    }

    private CacheTransferException Missing(Digest digest) => new($"{_directory} has no {digest}");
}
