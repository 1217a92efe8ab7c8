using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.ContentStore;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Buildx.Engine.Server.Services;

/// <summary>
/// <c>containerd.services.content.v1.Content</c>, for reading: how clients get the logs, errors and results that build records
/// point at.
/// </summary>
internal sealed class ContentService(IContentStore content) : Content.ContentBase
{
    private const int PartSize = 256 << 10;

    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) =>
        Task.FromResult(new InfoResponse { Info = Describe(Require(request.Digest)) });

    public override async Task List(ListContentRequest request, IServerStreamWriter<ListContentResponse> responseStream, ServerCallContext context)
    {
        foreach (var part in content.Blobs.Chunk(1000))
        {
            var response = new ListContentResponse();
            response.Info.AddRange(part.Select(Describe));
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        var (digest, length) = Require(request.Digest);
        if (request.Offset < 0 || request.Size < 0 || request.Offset > length)
            throw new RpcException(new Status(StatusCode.OutOfRange, $"{digest} has {length} bytes: there is no part of {request.Size} at {request.Offset}"));
        var left = request.Size == 0 ? length - request.Offset : Math.Min(request.Size, length - request.Offset);
        await using var stream = Open(digest);
        stream.Seek(request.Offset, SeekOrigin.Begin);
        var buffer = new byte[PartSize];
        var offset = request.Offset;
        // An empty blob is one empty part.
        do
        {
            var count = await stream.ReadAtLeastAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), (int)Math.Min(left, buffer.Length), cancellationToken: context.CancellationToken);
            await responseStream.WriteAsync(new ReadContentResponse { Offset = offset, Data = ByteString.CopyFrom(buffer, 0, count) }, context.CancellationToken);
            offset += count;
            left -= count;
        }
        while (left > 0);
    }

    public override Task<UpdateResponse> Update(UpdateRequest request, ServerCallContext context) => throw ReadOnly();

    public override Task<Empty> Delete(DeleteContentRequest request, ServerCallContext context) => throw ReadOnly();

    public override Task Write(
        IAsyncStreamReader<WriteContentRequest> requestStream, IServerStreamWriter<WriteContentResponse> responseStream, ServerCallContext context) =>
        throw ReadOnly();

    public override Task<Empty> Abort(AbortRequest request, ServerCallContext context) => throw ReadOnly();

    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context) =>
        throw new RpcException(new Status(StatusCode.NotFound, $"nobody writes {request.Ref}: not found"));

    public override Task<ListStatusesResponse> ListStatuses(ListStatusesRequest request, ServerCallContext context) => Task.FromResult(new ListStatusesResponse());

    private static Info Describe(KeyValuePair<Digest, long> blob) => new() { Digest = blob.Key.Value, Size = blob.Value };

    private KeyValuePair<Digest, long> Require(string text)
    {
        if (!Digest.TryParse(text, out var digest))
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"\"{text}\" is no digest"));
        return content.TryGetSize(digest, out var size) ? new(digest, size) : throw NotFound(digest);
    }

    private Stream Open(Digest digest)
    {
        try
        {
            return content.OpenRead(digest);
        }
        catch (FileNotFoundException)
        {
            throw NotFound(digest);
        }
    }

    private static RpcException NotFound(Digest digest) => new(new Status(StatusCode.NotFound, $"content {digest}: not found"));

    private static RpcException ReadOnly() => new(new Status(StatusCode.PermissionDenied, "the engine's content store can be read only"));
}
