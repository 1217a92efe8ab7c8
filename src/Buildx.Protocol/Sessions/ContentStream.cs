using Buildx.Protocol.ContentStore;
using Grpc.Core;

namespace Buildx.Protocol.Sessions;

/// <summary>A blob of a client's store, as it arrives.</summary>
internal sealed class ContentStream(AsyncServerStreamingCall<ReadContentResponse> call) : UnseekableStream
{
    private ReadOnlyMemory<byte> _rest;

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            try
            {
                if (!await call.ResponseStream.MoveNext(cancellationToken))
                    return 0;
            }
            catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"the client did not send it: {e.Status.Detail}", e);
            }
            _rest = call.ResponseStream.Current.Data.Memory;
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            call.Dispose();
        base.Dispose(disposing);
    }
}
