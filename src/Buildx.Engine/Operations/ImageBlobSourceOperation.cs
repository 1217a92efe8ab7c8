using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Operations;

/// <summary>A blob of a registry or a layout as the beginning of a graph.</summary>
internal sealed class ImageBlobSourceOperation(ImageBlobRequest request, ImageBlobSource source, FetchedSources sources) : ISourceOperation
{
    public Task<SourceResolution> ResolveAsync(OperationContext context, CancellationToken cancellationToken) => Task.FromResult(sources.Resolve(
        request.Identify(), RecordType.Regular, context, (progress, token) => source.FetchAsync(request, context.Build, progress, token)));

    public bool IsMissing(OutputTree tree) => FetchedSources.IsMissing(tree);

    public Task FetchAsync(OutputTree tree, IVertexProgress progress, CancellationToken cancellationToken) =>
        FetchedSources.FetchAsync(tree, progress, cancellationToken);
}
