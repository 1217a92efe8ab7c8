using System.Globalization;
using Buildx.Engine.Exporting.Files;
using Buildx.Engine.Exporting.Images;
using Buildx.Engine.Exporting.Options;
using Buildx.Engine.Server;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Engine.Exporting.Archives;

/// <summary>
/// <c>type=oci</c> and <c>type=docker</c>: an image as a tar that the client takes, or with <c>tar=false</c> as blobs in a content store
/// of the client, which writes the index itself.
/// </summary>
internal sealed class ArchiveExporter(ArchiveVariant variant, ImageOptions options, IStorage storage, bool isArchive) : IExporter
{
    private const string CreatedAnnotation = "org.opencontainers.image.created";

    private string Name => variant is ArchiveVariant.Docker ? "docker" : "oci";

    public string Description => $"exporting to {Name} image format";

    public LayerCompression? Compression => options.Compression;

    public static ArchiveExporter Create(ArchiveVariant variant, ExporterAttributes attributes, IStorage storage)
    {
        var isArchive = attributes.TakeFlag("tar") ?? true;
        return new ArchiveExporter(variant, ImageOptions.Take(attributes, inlineAttestations: false), storage, isArchive);
    }

    public async Task<IReadOnlyDictionary<string, string>> ExportAsync(ExportRequest request, CancellationToken cancellationToken)
    {
        if (variant is ArchiveVariant.Docker && request.Result.Attestations.Values.Any(statements => statements.Any(statement => !statement.InlineOnly)))
            throw new ExportException("the docker exporter writes no attestations: leave --provenance and --sbom out, or use type=oci");
        if (variant is ArchiveVariant.Docker && request.Result.IsMultiPlatform)
            throw new ExportException("docker exporter does not currently support exporting manifest lists: build one platform, or use type=oci");
        var session = isArchive ? FileSendCall.Require(request.Session, Name) : RequireStore(request.Session);
        using var lease = storage.Lease();
        var image = await new ImageAssembler(storage.Content, storage.Layers).AssembleAsync(request.Result, options, lease, request.Progress, cancellationToken);
        await LazyLayers.FetchAsync(image, storage.Content, request.Progress, cancellationToken);

        var names = options.Names.For(request.Result, Name).Select(name => name.WithDefaultTag()).ToArray();
        var annotations = image.Target.Annotations?.ToDictionary() ?? [];
        var created = options.Epoch.For(request.Result, request.Result.Platforms[0].Id) ?? image.Manifests.Max(manifest => manifest.Created);
        if (created is { } time)
            annotations.TryAdd(CreatedAnnotation, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        var descriptor = image.Target with { Annotations = annotations.Count == 0 ? null : annotations };

        var response = ExportResponse.For(image, descriptor, [.. names.Select(name => name.ToString())]);
        if (!isArchive)
        {
            using (request.Progress.Step("sending blobs"))
                await SendBlobsAsync(session, image, cancellationToken);
            return response;
        }
        using (request.Progress.Step("sending tarball"))
        {
            await FileSendStream.SendAsync(
                session,
                request.ExporterIndex,
                response,
                stream => ImageArchive.WriteAsync(
                    stream, image, descriptor, names, variant is ArchiveVariant.Docker, storage.Content, cancellationToken),
                cancellationToken);
        }
        return response;
    }

    private ISession RequireStore(ISession? session) => session is not null && session.Supports(SessionStreams.ContentReadMethod)
        ? session
        : throw new ExportException($"{Name} exporter with tar=false needs a client that offers a content store");

    private async Task SendBlobsAsync(ISession session, AssembledImage image, CancellationToken cancellationToken)
    {
        var store = new ClientContentStore(session, SessionStreams.ExportStore);
        try
        {
            // A manifest after what it names, the target last.
            foreach (var digest in ImageArchive.BlobsOf(image).Reverse<Digest>())
            {
                _ = storage.Content.TryGetSize(digest, out var size);
                await store.WriteAsync(digest, size, _ => ValueTask.FromResult(storage.Content.OpenRead(digest)), cancellationToken);
            }
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ExportException($"the client could not take the image's blobs: {e.Status.Detail}", e);
        }
    }
}
