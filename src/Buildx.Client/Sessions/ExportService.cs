using System.Globalization;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.FileSyncing;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>Takes in what exporters write at the client.</summary>
internal sealed class ExportService(IReadOnlyList<ExportOptions> exports) : ISessionService
{
    public void Register(SessionServer server) => server.Map(FileSyncCalls.SendMethod, ReceiveAsync);

    private async Task ReceiveAsync(SessionCall call, CancellationToken cancellationToken)
    {
        var id = call.GetHeader("buildkit-attachable-exporter-id") is [var text, ..]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var destination = id < exports.Count ? exports[id].Destination : null;
        switch (destination)
        {
            case DirectoryDestination directory:
                if (directory.DeleteOthers && call.GetHeader("buildkit-exporter-multi-platform") is not ["1", ..])
                    throw new RpcException(new Status(StatusCode.FailedPrecondition, "mode=delete of the local exporter needs a newer BuildKit"));
                using (var target = DirectoryTarget.Open(directory.Path, directory.DeleteOthers))
                    await FileSyncReceiver.ReceiveAsync(new SessionPacketStream(call), target, null, cancellationToken);
                break;
            case FileDestination file:
                await ReceiveFileAsync(call, file, cancellationToken);
                break;
            default:
                throw new RpcException(new Status(StatusCode.NotFound, $"exporter {id} not found"));
        }
    }

    private static async Task ReceiveFileAsync(SessionCall call, FileDestination file, CancellationToken cancellationToken)
    {
        await using var stream = await file.Open(call.GetHeadersWithPrefix("exporter-md-"), cancellationToken)
            ?? throw new RpcException(new Status(StatusCode.AlreadyExists, "target already exists"));
        while (await call.ReadAsync(BytesMessage.Parser, cancellationToken) is { } message)
            await stream.WriteAsync(message.Data.Memory, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }
}
