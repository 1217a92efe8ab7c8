using Buildx.Protocol.Fsutil;
using Grpc.Core;

namespace Buildx.Protocol.FileSync;

/// <summary>The daemon's end: packets of a call to the client's session.</summary>
public sealed class CallPacketStream(AsyncDuplexStreamingCall<Packet, Packet> call) : IPacketStream
{
    public async ValueTask<Packet?> ReadAsync(CancellationToken cancellationToken) =>
        await call.ResponseStream.MoveNext(cancellationToken) ? call.ResponseStream.Current : null;

    public async ValueTask WriteAsync(Packet packet, CancellationToken cancellationToken) =>
        await call.RequestStream.WriteAsync(packet, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        await call.RequestStream.CompleteAsync();
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            // Only the status is of interest.
        }
    }
}
