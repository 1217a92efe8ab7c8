using Buildx.Protocol;
using Buildx.Protocol.ContentStore;
using Buildx.Protocol.Sessions;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Buildx.Client;

/// <summary>A blob that the daemon writes, as a stream to read; each message is answered when it was taken.</summary>
internal sealed class IncomingBlob(SessionCall call) : UnseekableStream
{
    private ReadOnlyMemory<byte> _rest;
    private WriteContentRequest? _commit;

    public long Received { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty && _commit is null)
        {
            var request = await call.ReadRequiredAsync(WriteContentRequest.Parser, cancellationToken);
            await TakeAsync(request, cancellationToken);
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public async Task TakeAsync(WriteContentRequest request, CancellationToken cancellationToken)
    {
        if (request.Action != WriteAction.Stat && !request.Data.IsEmpty)
        {
            if (request.Offset != Received)
                throw new RpcException(new Status(StatusCode.OutOfRange, $"the write is at {request.Offset}, but {Received} bytes are there"));
            _rest = request.Data.Memory;
            Received += _rest.Length;
        }
        if (request.Action == WriteAction.Commit)
            _commit = request;
        else
            await AnswerAsync(request.Action, request, cancellationToken);
    }

    /// <summary>Call it when the blob is complete, and where it belongs.</summary>
    public Task CommittedAsync(CancellationToken cancellationToken) => AnswerAsync(WriteAction.Commit, _commit!, cancellationToken);

    private async Task AnswerAsync(WriteAction action, WriteContentRequest request, CancellationToken cancellationToken)
    {
        await call.WriteAsync(
            new WriteContentResponse { Action = action, Offset = Received, Total = request.Total, Digest = action == WriteAction.Commit ? request.Expected : "" },
            cancellationToken);
        await call.FlushAsync(cancellationToken);
    }
}
