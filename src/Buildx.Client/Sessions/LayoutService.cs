using Buildx.Oci;
using Buildx.Protocol.ContentStore;
using Buildx.Protocol.Sessions;
using Google.Protobuf;
using Grpc.Core;
using Status = Grpc.Core.Status;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Buildx.Client;

/// <summary>Lets the daemon read blobs of OCI layouts on this machine, and read and write those of directories with cache and of an output.</summary>
/// <param name="layouts">By the store's name in <c>oci-layout://</c> of the build's attributes.</param>
/// <param name="caches">By the directory that the cache's <c>src</c> or <c>dest</c> names.</param>
/// <param name="export">The directory of an output; null when there is none.</param>
public sealed class LayoutService(
    IReadOnlyDictionary<string, OciLayout> layouts, IReadOnlyDictionary<string, OciLayout> caches, LayoutExport? export = null) : ISessionService
{
    private const int ChunkSize = 1 << 20;

    public void Register(SessionServer server)
    {
        server.MapUnary(SessionStreams.ContentInfoMethod, InfoRequest.Parser, (request, call, _) =>
        {
            var file = new FileInfo(Find(call, request.Digest));
            var modified = Timestamp.FromDateTimeOffset(file.LastWriteTimeUtc);
            return Task.FromResult(new InfoResponse { Info = new Info { Digest = request.Digest, Size = file.Length, CreatedAt = modified, UpdatedAt = modified } });
        });
        server.Map(SessionStreams.ContentReadMethod, ReadAsync);
        if (caches.Count > 0 || export is not null)
            server.Map(SessionStreams.ContentWriteMethod, WriteAsync);
    }

    private async Task ReadAsync(SessionCall call, CancellationToken cancellationToken)
    {
        var request = await call.ReadRequiredAsync(ReadContentRequest.Parser, cancellationToken);
        await using var file = new FileStream(Find(call, request.Digest), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (request.Offset < 0 || request.Offset > file.Length || request.Size < 0)
            throw new RpcException(new Status(StatusCode.OutOfRange, $"{request.Digest} has {file.Length} bytes"));
        file.Position = request.Offset;
        var rest = request.Size == 0 ? file.Length - request.Offset : Math.Min(request.Size, file.Length - request.Offset);
        var buffer = new byte[Math.Min(ChunkSize, rest)];
        while (rest > 0)
        {
            var offset = file.Position;
            var count = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, rest)), cancellationToken);
            if (count == 0)
                break;
            rest -= count;
            await call.WriteAsync(
                new ReadContentResponse { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count)) }, cancellationToken);
            await call.FlushAsync(cancellationToken);
        }
    }

    private async Task WriteAsync(SessionCall call, CancellationToken cancellationToken)
    {
        var first = await call.ReadRequiredAsync(WriteContentRequest.Parser, cancellationToken);
        var layout = FindStore(call, SessionStreams.CacheStorePrefix, caches) ?? FindExport(call)
            ?? throw new RpcException(new Status(StatusCode.PermissionDenied, "the store can't be written"));
        if (!Digest.TryParse(first.Expected, out var digest))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "a blob is written by its digest only"));
        if (layout == export?.Layout)
            export.Offer(digest);
        if (layout.Contains(digest))
            throw new RpcException(new Status(StatusCode.AlreadyExists, $"content {digest}: already exists"));
        await using var content = new IncomingBlob(call);
        await content.TakeAsync(first, cancellationToken);
        try
        {
            await layout.WriteBlobAsync(digest, content, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, e.Message));
        }
        await content.CommittedAsync(cancellationToken);
    }

    private OciLayout? FindExport(SessionCall call) => call.GetHeader(SessionStreams.ContentStoreKey) is [SessionStreams.ExportStore, ..] ? export?.Layout : null;

    private static OciLayout? FindStore(SessionCall call, string prefix, IReadOnlyDictionary<string, OciLayout> stores) =>
        call.GetHeader(SessionStreams.ContentStoreKey) is [var id, ..] && id.StartsWith(prefix, StringComparison.Ordinal) ? stores.GetValueOrDefault(id[prefix.Length..]) : null;

    private string Find(SessionCall call, string text)
    {
        if (call.GetHeader(SessionStreams.ContentStoreKey) is not [var id, ..])
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"the call has no header {SessionStreams.ContentStoreKey}"));
        var layout = FindStore(call, SessionStreams.LayoutStorePrefix, layouts) ?? FindStore(call, SessionStreams.CacheStorePrefix, caches) ?? FindExport(call)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"unknown store {id}"));
        if (!Digest.TryParse(text, out var digest))
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"\"{text}\" is not a digest"));
        if (layout == export?.Layout)
            export.Offer(digest);
        var path = layout.GetBlobPath(digest);
        return File.Exists(path) ? path : throw new RpcException(new Status(StatusCode.NotFound, $"content {digest}: not found in {layout.DirectoryPath}"));
    }
}
