using Buildx.Engine.Exporting.Options;
using Buildx.Engine.Storage;
using Buildx.Protocol.FileSync;

namespace Buildx.Engine.Exporting.Files;

/// <summary><c>type=local</c>: the result's files, into a directory of the client.</summary>
internal sealed class LocalExporter(DirectoryOptions options, IStorage storage) : IExporter
{
    public string Description => "exporting to client directory";

    public static LocalExporter Create(ExporterAttributes attributes, IStorage storage) => new(DirectoryOptions.Take(attributes), storage);

    public async Task<IReadOnlyDictionary<string, string>> ExportAsync(ExportRequest request, CancellationToken cancellationToken)
    {
        var session = FileSendCall.Require(request.Session, "local");
        using var lease = storage.Lease();
        foreach (var platform in request.Result.Platforms)
            lease.Protect(platform.Snapshot);
        await using var trees = await ExportedTrees.MountAsync(request.Result, options, storage.Layers, cancellationToken);
        using (var step = request.Progress.Step("copying files"))
        {
            try
            {
                await FileSyncCalls.SendDirectoryAsync(
                    session.Invoker, request.ExporterIndex, trees.Source, sent => step.Update(sent, 0), cancellationToken);
            }
            catch (FileSyncException e)
            {
                throw new ExportException("the client could not write the output: " + e.Message, e);
            }
        }
        return new Dictionary<string, string>();
    }
}
