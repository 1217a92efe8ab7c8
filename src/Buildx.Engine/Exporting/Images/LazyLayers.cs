using Buildx.Engine.Solving;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Exporting.Images;

/// <summary>Layers that were never needed here and are still where the base image came from.</summary>
internal static class LazyLayers
{
    private const int Parallelism = 4;

    /// <summary>Brings every blob of the image into the content store.</summary>
    public static Task FetchAsync(AssembledImage image, IContentStore content, IVertexProgress progress, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            image.DistinctLayers.Where(layer => layer.Source is not null && !content.TryGetSize(layer.Descriptor.Digest, out _)),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (layer, token) =>
            {
                using var status = progress.Step(layer.Descriptor.Digest.Value);
                await using var source = await layer.Source!.OpenAsync(layer.Descriptor, token);
                await using var writer = content.Create();
                await source.CopyToAsync(writer.Stream, 1 << 20, token);
                await writer.CommitAsync(layer.Descriptor.Digest, token);
            });
}
