using Buildx.Engine.Exporting.Archives;
using Buildx.Engine.Exporting.Images;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Exporting.Registry;

/// <summary><c>type=image</c>: an image in the content store, where later builds find it by its names, or pushed to them where that is asked for.</summary>
internal sealed class ImageExporter(ImageExporterOptions options, IStorage storage, RegistryClient registries) : IExporter
{
    public string Description => "exporting to image";

    public LayerCompression? Compression => options.Image.Compression;

    public async Task<IReadOnlyDictionary<string, string>> ExportAsync(ExportRequest request, CancellationToken cancellationToken)
    {
        using var lease = storage.Lease();
        var image = await new ImageAssembler(storage.Content, storage.Layers)
            .AssembleAsync(request.Result, options.Image, lease, request.Progress, cancellationToken);
        var names = options.Image.Names.For(request.Result, "image");
        if (options.Push)
        {
            var pusher = new ImagePusher(registries, storage.Content, SessionCredentials.For(request.Session), options.Insecure, request.Progress);
            await pusher.PushAsync(
                image, [.. options.PushByDigest ? names : names.Select(name => name.WithDefaultTag())], cancellationToken);
        }
        var shown = Shown(names.Select(name => name.ToString()).ToList(), image);
        if (options.Keeps && shown.Count > 0)
            await KeepAsync(image, shown, request.Progress, cancellationToken);
        return ExportResponse.For(image, image.Target, shown);
    }

    private async Task KeepAsync(AssembledImage image, List<string> names, IVertexProgress progress, CancellationToken cancellationToken)
    {
        await LazyLayers.FetchAsync(image, storage.Content, progress, cancellationToken);
        foreach (var name in names)
        {
            using var step = progress.Step("naming to " + name);
            storage.Images.Save(ImageReference.Parse(name), image.Target, ImageArchive.BlobsOf(image));
        }
    }

    private List<string> Shown(List<string> names, AssembledImage image)
    {
        var canonical = options.NameCanonical;
        if (options.Image.Names is { DanglingPrefix: { } prefix } settings && (names.Count == 0 || !settings.DanglingOnlyWhenUnnamed))
        {
            canonical &= names.Count > 0;
            names.Add($"{prefix}@{image.Target.Digest}");
        }
        if (canonical)
            names.AddRange(names.Where(name => !name.Contains('@')).Select(name => $"{name}@{image.Target.Digest}").ToList());
        return names;
    }
}
