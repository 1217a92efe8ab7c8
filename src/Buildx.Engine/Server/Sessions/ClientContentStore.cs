using Buildx.Oci;
using Buildx.Protocol.ContentStore;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Engine.Server;

/// <summary>A content store that a client offers through its session: containerd's content service with the store's id as metadata.</summary>
internal sealed class ClientContentStore(ISession session, string id)
{
    private const int ChunkSize = 1 << 20;

    private Metadata Headers => new() { { SessionStreams.ContentStoreKey, id } };

    private Content.ContentClient Client => new(session.Invoker);

    /// <exception cref="RpcException">Among others, when the blob is not there.</exception>
    public async Task<long> GetSizeAsync(Digest digest, CancellationToken cancellationToken) =>
        (await Client.InfoAsync(new InfoRequest { Digest = digest.Value }, Headers, cancellationToken: cancellationToken)).Info.Size;

    /// <returns>The blob's size; null when it is not there.</returns>
    /// <exception cref="RpcException"/>
    public async Task<long?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await GetSizeAsync(digest, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>What comes is not verified.</summary>
    public Stream Open(Descriptor blob, CancellationToken cancellationToken) =>
        SessionStreams.OpenContent(session.Invoker, id, new ReadContentRequest { Digest = blob.Digest.Value, Size = blob.Size }, cancellationToken);

    /// <summary>All of a blob that is known to be small, verified.</summary>
    /// <exception cref="InvalidDataException">It is not what the descriptor says.</exception>
    /// <exception cref="IOException"/>
    public async Task<byte[]> ReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        await using var stream = new VerifyingStream(Open(blob, cancellationToken), blob.Digest, blob.Size);
        var content = new MemoryStream((int)blob.Size);
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>Sends a blob, unless it is there.</summary>
    /// <exception cref="RpcException"/>
    public async Task WriteAsync(Digest digest, long size, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        if (await FindAsync(digest, cancellationToken) is not null)
            return;
        try
        {
            await using var content = await open(cancellationToken);
            await SendAsync(digest, size, content, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // Somebody else was faster.
        }
    }

    private async Task SendAsync(Digest digest, long size, Stream content, CancellationToken cancellationToken)
    {
        using var call = Client.Write(Headers, cancellationToken: cancellationToken);
        var buffer = new byte[ChunkSize];
        long offset = 0;
        await StepAsync(new WriteContentRequest { Action = WriteAction.Stat });
        while (await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var count)
        {
            await StepAsync(new WriteContentRequest { Action = WriteAction.Write, Offset = offset, Data = Google.Protobuf.ByteString.CopyFrom(buffer, 0, count) });
            offset += count;
        }
        await StepAsync(new WriteContentRequest { Action = WriteAction.Commit, Offset = offset });
        await call.RequestStream.CompleteAsync();

        async Task StepAsync(WriteContentRequest request)
        {
            (request.Ref, request.Total, request.Expected) = (digest.Value, size, digest.Value);
            await call.RequestStream.WriteAsync(request, cancellationToken);
            if (!await call.ResponseStream.MoveNext(cancellationToken))
                throw new RpcException(new Grpc.Core.Status(StatusCode.Aborted, $"the client stopped to take {digest}"));
        }
    }
}
