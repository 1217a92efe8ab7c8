using Buildx.Engine.Server;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.ContentStore;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary><c>type=local</c>: a directory of the client, which has an OCI layout's blobs in it and is reached through the session.</summary>
internal sealed class LocalPlace : ICachePlace, IBlobSource
{
    private const int ChunkSize = 1 << 20;
    private const int MaximumJsonSize = 64 << 20;

    private readonly ISession _session;
    private readonly string _directory;
    private readonly Digest? _manifest;

    /// <param name="manifest">Which manifest to read; null to write.</param>
    public LocalPlace(ISession? session, string directory, Digest? manifest)
    {
        _session = session is not null && session.Supports(SessionStreams.ContentReadMethod)
            ? session
            : throw new CacheTransferException($"the client does not offer its cache directory {directory}");
        (_directory, _manifest) = (directory, manifest);
    }

    public string Name => _directory;

    public IBlobSource Layers => this;

    public string? Repository => null;

    public bool IsUsable => !_session.Closed.IsCancellationRequested;

    private Metadata Headers => new() { { SessionStreams.ContentStoreKey, SessionStreams.CacheStorePrefix + _directory } };

    private Content.ContentClient Client => new(_session.Invoker);

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
        await using var stream = new VerifyingStream(await OpenAsync(descriptor, cancellationToken), descriptor.Digest, descriptor.Size);
        var content = new MemoryStream((int)descriptor.Size);
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    public Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => Task.FromResult(SessionStreams.OpenContent(
        _session.Invoker, SessionStreams.CacheStorePrefix + _directory, new ReadContentRequest { Digest = blob.Digest.Value, Size = blob.Size }, cancellationToken));

    public async Task WriteBlobAsync(
        Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, string? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if (await FindAsync(blob.Digest, cancellationToken) is not null)
            return;
        try
        {
            await using var content = await open(cancellationToken);
            await SendAsync(blob, content, progress, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // Somebody else was faster.
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CacheTransferException($"the client could not write {blob.Digest} to {_directory}: {e.Status.Detail}", e);
        }
    }

    public Task WriteManifestAsync(Descriptor manifest, byte[] json, CancellationToken cancellationToken) =>
        WriteBlobAsync(manifest, _ => ValueTask.FromResult<Stream>(new MemoryStream(json, writable: false)), null, null, cancellationToken);

    private async Task SendAsync(Descriptor blob, Stream content, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var call = Client.Write(Headers, cancellationToken: cancellationToken);
        var buffer = new byte[ChunkSize];
        long offset = 0;
        await StepAsync(new WriteContentRequest { Action = WriteAction.Stat });
        while (await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var count)
        {
            await StepAsync(new WriteContentRequest { Action = WriteAction.Write, Offset = offset, Data = Google.Protobuf.ByteString.CopyFrom(buffer, 0, count) });
            offset += count;
            progress?.Report(offset);
        }
        await StepAsync(new WriteContentRequest { Action = WriteAction.Commit, Offset = offset });
        await call.RequestStream.CompleteAsync();

        async Task StepAsync(WriteContentRequest request)
        {
            (request.Ref, request.Total, request.Expected) = (blob.Digest.Value, blob.Size, blob.Digest.Value);
            await call.RequestStream.WriteAsync(request, cancellationToken);
            if (!await call.ResponseStream.MoveNext(cancellationToken))
                throw new CacheTransferException($"the client stopped to take {blob.Digest} for {_directory}");
        }
    }

    private async Task<long?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return (await Client.InfoAsync(new InfoRequest { Digest = digest.Value }, Headers, cancellationToken: cancellationToken)).Info.Size;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CacheTransferException($"the client's cache directory {_directory} can't be used: {e.Status.Detail}", e);
        }
    }

    private CacheTransferException Missing(Digest digest) => new($"{_directory} has no {digest}");
}
