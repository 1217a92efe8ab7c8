using Buildx.Engine.Attestations;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Local;

namespace Buildx.Engine.Operations;

/// <summary>A directory of the client as the beginning of a graph.</summary>
internal sealed class LocalSourceOperation(LocalSourceRequest request, string identity, LocalSource source) : ISourceOperation
{
    public async Task<SourceResolution> ResolveAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var session = await context.Build.FindSessionAsync(request.SessionId, cancellationToken)
            ?? context.Build.RequireSession($"the local source \"{request.Name}\"");
        var tree = await source.OpenAsync(request, session, context.Progress, cancellationToken);
        // Equal generations of equal requests are equal trees, in whatever session.
        var id = new KeyHash("local").Add(identity).Add(tree.Generation).ToDigest();
        return new SourceResolution(id, new LocalOutputTree(tree), KeepRecord: false) { Material = new LocalMaterial(request.Name) };
    }
}
