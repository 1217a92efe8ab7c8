using Buildx.Protocol.FileSync;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>Sends the build's local directories.</summary>
internal sealed class LocalDirectoryService(IReadOnlyDictionary<string, string> directories) : ISessionService
{
    public void Register(SessionServer server) => server.Map(FileSyncCalls.ReceiveMethod, SendAsync);

    private async Task SendAsync(SessionCall call, CancellationToken cancellationToken)
    {
        var options = FileSyncOptions.Read(call.GetHeader);
        if (!directories.TryGetValue(options.DirectoryName, out var directory))
            throw new RpcException(new Status(StatusCode.NotFound, $"no access allowed to dir \"{options.DirectoryName}\""));
        using var source = DirectorySource.Open(directory, options.Filter, resetOwner: true);
        await FileSyncSender.SendAsync(new SessionPacketStream(call), source, cancellationToken);
    }
}
