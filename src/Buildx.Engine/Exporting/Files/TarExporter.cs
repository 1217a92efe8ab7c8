using Buildx.Engine.Exporting.Options;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Exporting.Files;

/// <summary><c>type=tar</c>: the result's files as one tar that the client takes.</summary>
internal sealed class TarExporter(DirectoryOptions options, IStorage storage) : IExporter
{
    public string Description => "exporting to client tarball";

    public static TarExporter Create(ExporterAttributes attributes, IStorage storage) => new(DirectoryOptions.Take(attributes), storage);

    public async Task<IReadOnlyDictionary<string, string>> ExportAsync(ExportRequest request, CancellationToken cancellationToken)
    {
        var session = FileSendCall.Require(request.Session, "tar");
        using var lease = storage.Lease();
        foreach (var platform in request.Result.Platforms)
            lease.Protect(platform.Snapshot);
        await using var trees = await ExportedTrees.MountAsync(request.Result, options, storage.Layers, cancellationToken);
        using (request.Progress.Step("sending tarball"))
        {
            await FileSendStream.SendAsync(
                session,
                request.ExporterIndex,
                null,
                stream => Task.Run(() => TreeTar.Write(stream, trees.Source, cancellationToken), cancellationToken),
                cancellationToken);
        }
        return new Dictionary<string, string>();
    }
}
