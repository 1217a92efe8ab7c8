using Buildx.Protocol.Fsutil;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Protocol.FileSync;

/// <summary>The daemon's calls to the file services of a session.</summary>
public static class FileSyncCalls
{
    /// <summary>The client sends a local source.</summary>
    public const string ReceiveMethod = "/moby.filesync.v1.FileSync/DiffCopy";

    /// <summary>The client takes in what an exporter writes: a directory, or one file.</summary>
    public const string SendMethod = "/moby.filesync.v1.FileSend/DiffCopy";

    internal const string ExporterIdKey = "buildkit-attachable-exporter-id";
    internal const string MultiPlatformKey = "buildkit-exporter-multi-platform";

    private static readonly Marshaller<Packet> PacketMarshaller = CreateMarshaller(Packet.Parser);

    private static readonly Method<Packet, Packet> SyncPackets =
        new(MethodType.DuplexStreaming, "moby.filesync.v1.FileSync", "DiffCopy", PacketMarshaller, PacketMarshaller);

    // Declared with BytesMessage; where a directory is exported, packets travel in its place.
    private static readonly Method<Packet, Packet> SendPackets =
        new(MethodType.DuplexStreaming, "moby.filesync.v1.FileSend", "DiffCopy", PacketMarshaller, PacketMarshaller);

    /// <summary>Receives a local source of the client.</summary>
    public static async Task ReceiveDirectoryAsync(
        CallInvoker session, FileSyncOptions options, IFileSyncTarget target, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var call = session.AsyncDuplexStreamingCall(SyncPackets, null, new CallOptions(options.ToMetadata(), cancellationToken: cancellationToken));
        await FileSyncReceiver.ReceiveAsync(new CallPacketStream(call), target, progress, cancellationToken);
    }

    /// <summary>Sends a directory to the client, for the exporter of the given index (<c>local</c>).</summary>
    /// <param name="progress">Told from time to time how many bytes have gone so far.</param>
    public static async Task SendDirectoryAsync(
        CallInvoker session, int exporter, IFileSource source, Action<long>? progress, CancellationToken cancellationToken)
    {
        var metadata = new Metadata { { ExporterIdKey, Text(exporter) }, { MultiPlatformKey, "1" } };
        using var call = session.AsyncDuplexStreamingCall(SendPackets, null, new CallOptions(metadata, cancellationToken: cancellationToken));
        await FileSyncSender.SendAsync(new CallPacketStream(call), source, progress, cancellationToken);
    }

    internal static Marshaller<T> CreateMarshaller<T>(MessageParser<T> parser)
        where T : class, IMessage<T> =>
        Marshallers.Create(
            (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
