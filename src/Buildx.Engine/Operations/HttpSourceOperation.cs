using Buildx.Engine.Attestations;
using Buildx.Engine.CacheTransfer.Keys;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Http;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Operations;

/// <summary>A file of a web server as the beginning of a graph.</summary>
internal sealed class HttpSourceOperation(HttpSourceRequest request, HttpSource source, FetchedSources sources) : ISourceOperation
{
    public async Task<SourceResolution> ResolveAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var (file, tree) = await source.ResolveAsync(request, context.Build, context.Progress, sources.Find, cancellationToken);
        var id = request.Identify(file);
        var resolution = tree is null
            ? sources.Resolve(id, RecordType.Regular, context, (progress, token) => source.FetchAsync(request, file, context.Build, progress, token))
            : sources.Keep(id, tree);
        // What a client uploads is nobody else's.
        return request.IsUpload
            ? resolution with { Material = new LocalMaterial("context") }
            : resolution with { ExchangeKeys = SourceKeys.Of(request, file), Material = new HttpMaterial(request.ToString(), file.Content) };
    }

    public bool IsMissing(OutputTree tree) => FetchedSources.IsMissing(tree);

    public Task FetchAsync(OutputTree tree, IVertexProgress progress, CancellationToken cancellationToken) =>
        FetchedSources.FetchAsync(tree, progress, cancellationToken);
}
