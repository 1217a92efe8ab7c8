using Buildx.Protocol.FileSync;
using Buildx.Protocol.Sessions;
using Buildx.Protocol.Tests.Sessions;

namespace Buildx.Protocol.Tests.FileSync;

/// <summary>Runs a transfer over a real session, from a directory into a target.</summary>
internal static class FileSyncPair
{
    public static async Task TransferAsync(string directory, FileFilter filter, IFileSyncTarget target, CancellationToken cancellationToken)
    {
        var server = new SessionServer().Map(FileSyncCalls.ReceiveMethod, async (call, token) =>
        {
            var options = FileSyncOptions.Read(call.GetHeader);
            using var source = DirectorySource.Open(directory, options.Filter, resetOwner: true);
            await FileSyncSender.SendAsync(new SessionPacketStream(call), source, token);
        });
        await using var pair = new SessionPair(server);
        await FileSyncCalls.ReceiveDirectoryAsync(
            pair.Connection.Invoker, new FileSyncOptions { DirectoryName = "context", Filter = filter }, target, null, cancellationToken);
    }

    public static async Task TransferAsync(string from, string to, FileFilter? filter = null, bool deleteOthers = false, CancellationToken cancellationToken = default)
    {
        using var target = DirectoryTarget.Open(to, deleteOthers);
        await TransferAsync(from, filter ?? FileFilter.All, target, cancellationToken);
    }
}
