using Buildx.Protocol.ContentStore;
using Buildx.Protocol.Sessions;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Buildx.Client;

/// <summary>A blob that the daemon writes, as a stream to read; each message is answered when it was taken.</summary>
internal sealed class IncomingBlob(SessionCall call) : Stream
{
    private ReadOnlyMemory<byte> _rest;
    private WriteContentRequest? _commit;

    public long Received { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task AnswerAsync(WriteAction action, WriteContentRequest request, CancellationToken cancellationToken)
    {
        await call.WriteAsync(
            new WriteContentResponse { Action = action, Offset = Received, Total = request.Total, Digest = action == WriteAction.Commit ? request.Expected : "" },
            cancellationToken);
        await call.FlushAsync(cancellationToken);
    }
}
