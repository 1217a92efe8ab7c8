using Buildx.Protocol.Fsutil;

namespace Buildx.Protocol.FileSync;

/// <summary>Where the packets of a transfer go and come from: either end of a gRPC call. One reader and one writer at a time.</summary>
public interface IPacketStream
{
    /// <summary>The next packet; null at the end.</summary>
    ValueTask<Packet?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Sends a packet, or keeps it until <see cref="FlushAsync"/>. What it refers to is not kept.</summary>
    ValueTask WriteAsync(Packet packet, CancellationToken cancellationToken);

    ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Says that nothing more is written, and waits for the other side where it has a last word (a call's status).</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
