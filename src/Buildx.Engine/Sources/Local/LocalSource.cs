using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Server;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Protocol.FileSync;
using Grpc.Core;

namespace Buildx.Engine.Sources.Local;

/// <summary>
/// Brings a client's directory: as it is, when the client offers its path on this machine; else by file sync into a mirror
/// that lives on between builds, so that only what changed is transferred.
/// </summary>
internal sealed class LocalSource(IMutableDirectories directories, ILayerStore layers, ContentHasher hasher, TimeProvider time)
{
    private const string TreeName = "tree";

    /// <param name="session">The session that has the directory.</param>
    /// <exception cref="LocalSourceException">The directory could not be had; the message is for users.</exception>
    public async Task<LocalTree> OpenAsync(
        LocalSourceRequest request, ISession session, IVertexProgress progress, CancellationToken cancellationToken)
    {
        using var status = progress.StartStatus($"transferring {request.Name}:", $"transferring {request.Name}:");
        try
        {
            return await OpenOfferedAsync(request, session, status, cancellationToken)
                ?? await SynchronizeAsync(request, session, status, cancellationToken);
        }
        catch (FormatException exception)
        {
            throw new LocalSourceException($"local source \"{request.Name}\": {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is FileSyncException or LinuxException or FileOperationException)
        {
            throw new LocalSourceException($"cannot read the local source \"{request.Name}\": {exception.Message}", exception);
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LocalSourceException(
                session.Closed.IsCancellationRequested
                    ? $"the client went away while the local source \"{request.Name}\" was transferred"
                    : $"cannot read the local source \"{request.Name}\": {exception.Status.Detail}",
                exception);
        }
    }

    private async Task<LocalTree?> OpenOfferedAsync(
        LocalSourceRequest request, ISession session, IStatusProgress status, CancellationToken cancellationToken)
    {
        if (session.GetOfferedDirectory(request.Name) is not { } path)
            return null;
        // What this process can't read is transferred by the client, who can.
        using var root = FileSystem.TryOpenAt(null, path, OpenFlags.Directory);
        if (root is null)
            return null;
        var tree = new FileTree(path) { Filter = TreeFilter.Create(request.Filter, root), IsLive = true, KeepsInodes = true };
        var survey = await TreeSurvey.TakeAsync(tree, time, cancellationToken);
        status.Update(survey.Size, 0);
        return new LocalTree(request.Name, tree, survey, hasher, layers, null, time);
    }

    private async Task<LocalTree> SynchronizeAsync(
        LocalSourceRequest request, ISession session, IStatusProgress status, CancellationToken cancellationToken)
    {
        if (!session.Supports(FileSyncCalls.ReceiveMethod))
            throw new LocalSourceException($"the client does not offer its files, so the local source \"{request.Name}\" cannot be read: no local sources enabled");
        var key = $"{request.Name}:{request.SharedKeyHint}:{session.SharedKey}";
        var mirror = await directories.AcquireFreeAsync(
            key, RecordType.LocalSource, $"local source for {request.Name}", cancellationToken);
        try
        {
            var tree = new FileTree(Path.Combine(mirror.Path, TreeName)) { KeepsInodes = true };
            using (var target = MirrorTarget.Open(tree, request.TransferAll, cancellationToken))
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Closed);
                await FileSyncCalls.ReceiveDirectoryAsync(
                    session.Invoker,
                    new FileSyncOptions { DirectoryName = request.Name, Filter = request.Filter },
                    target,
                    received => status.Update(received, 0),
                    stop.Token);
            }
            var survey = await TreeSurvey.TakeAsync(tree, time, cancellationToken);
            return new LocalTree(request.Name, tree, survey, hasher, layers, mirror, time);
        }
        catch
        {
            // What came so far stays: files appear whole or not at all, and the next transfer compares each of them.
            await mirror.DisposeAsync();
            throw;
        }
    }
}
