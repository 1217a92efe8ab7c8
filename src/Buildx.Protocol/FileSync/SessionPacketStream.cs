using Buildx.Protocol.Fsutil;
using Buildx.Protocol.Sessions;

namespace Buildx.Protocol.FileSync;

/// <summary>The client's end: packets of a call that its session server serves.</summary>
public sealed class SessionPacketStream(SessionCall call) : IPacketStream
{
    public ValueTask<Packet?> ReadAsync(CancellationToken cancellationToken) => call.ReadAsync(Packet.Parser, cancellationToken);

    public ValueTask WriteAsync(Packet packet, CancellationToken cancellationToken) => call.WriteAsync(packet, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => call.FlushAsync(cancellationToken);

    // The call's status follows when the method returns.
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => call.FlushAsync(cancellationToken);
}
