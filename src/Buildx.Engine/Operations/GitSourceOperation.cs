using Buildx.Engine.Attestations;
using Buildx.Engine.CacheTransfer.Keys;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Git;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Operations;

/// <summary>A commit of a git repository as the beginning of a graph.</summary>
internal sealed class GitSourceOperation(GitSourceRequest request, GitSource source, FetchedSources sources) : ISourceOperation
{
    public async Task<SourceResolution> ResolveAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var commit = await source.ResolveAsync(request, context.Build, context.Progress, cancellationToken);
        var resolution = sources.Resolve(
            request.Identify(commit), RecordType.GitCheckout, context,
            (progress, token) => source.FetchAsync(request, commit, context.Build, progress, token));
        return resolution with
        {
            ExchangeKeys = SourceKeys.Of(request, commit),
            Material = new GitMaterial(request.Reference.Length == 0 ? request.Url : $"{request.Url}#{request.Reference}", commit.Commit),
        };
    }

    public bool IsMissing(OutputTree tree) => FetchedSources.IsMissing(tree);

    public Task FetchAsync(OutputTree tree, IVertexProgress progress, CancellationToken cancellationToken) =>
        FetchedSources.FetchAsync(tree, progress, cancellationToken);
}
