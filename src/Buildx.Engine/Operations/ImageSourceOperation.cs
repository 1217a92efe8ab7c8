using Buildx.Engine.Attestations;
using Buildx.Engine.CacheTransfer.Keys;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Operations;

/// <summary>An image of a registry, or of a client's OCI layout, as the beginning of a graph.</summary>
internal sealed class ImageSourceOperation(ImageSourceRequest request, ImageSource source, ILayerStore layers) : ISourceOperation
{
    public async Task<SourceResolution> ResolveAsync(OperationContext context, CancellationToken cancellationToken)
    {
        using var status = context.Progress.StartStatus($"resolve {request.Reference}", $"resolve {request.Reference}");
        var image = request.Layout is { } layout
            ? await source.ResolveAsync(request, LayoutOrigin.Find(context.Build, layout), context.Build.Tags, context.Lease, cancellationToken)
            : await source.ResolveAsync(request, SessionCredentials.For(context.Build.Session), context.Build.Tags, context.Lease, cancellationToken);
        var id = new KeyHash("image").Add(image.Manifest.Digest).Add(request.LayerLimit ?? -1).ToDigest();
        return new SourceResolution(id, new SnapshotTree(image.Snapshot, layers), KeepRecord: true)
        {
            ExchangeKeys = SourceKeys.Of(request, image),
            Material = new ImageMaterial(request.Reference, request.Platform, image.Digest, request.Layout is not null),
        };
    }

    public bool IsMissing(OutputTree tree) => ((SnapshotTree)tree).Snapshot.Layers.Any(layer => layers.GetSize(layer) == 0);

    public async Task FetchAsync(OutputTree tree, IVertexProgress progress, CancellationToken cancellationToken)
    {
        using var pull = new LayerPullProgress(progress);
        await using var mount = await layers.MountAsync(await tree.GetSnapshotAsync(cancellationToken), pull, cancellationToken);
    }
}
