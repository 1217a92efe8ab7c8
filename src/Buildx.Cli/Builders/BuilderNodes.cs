using Buildx.Drivers.Store;
using Buildx.Oci;

namespace Buildx.Cli.Builders;

/// <summary>The nodes of the builder that is used.</summary>
internal sealed class BuilderNodes : IAsyncDisposable
{
    private readonly IReadOnlyList<BuilderNode> _nodes;
    private IReadOnlyList<NodePlatforms> _platforms;
    private bool _isComplete;

    private BuilderNodes(BuilderRecord builder, IReadOnlyList<BuilderNode> nodes)
    {
        (Builder, _nodes) = (builder, nodes);
        _platforms = [.. nodes.Select(node => NodePlatforms.Of(node.FixedPlatforms, []))];
    }

    public BuilderRecord Builder { get; }

    public BuilderNode First => _nodes[0];

    /// <param name="contextPath">What is built from: where a node is several engines, such builds go to the same one.</param>
    /// <exception cref="CliException">The builder has no nodes.</exception>
    public static BuilderNodes Open(CliContext context, BuilderRecord builder, string contextPath) => builder.AllNodes.Count > 0
        ? new BuilderNodes(builder, [.. builder.AllNodes.Select(node => new BuilderNode(context, builder, node, contextPath))])
        : throw new CliException($"builder \"{builder.Name}\" has no node; to give it one: buildx create --append --name {builder.Name}");

    /// <summary>Shares the platforms of a build out. All engines are asked what they can, unless it is clear who builds what.</summary>
    /// <exception cref="CliException">A node does not answer.</exception>
    public async Task<IReadOnlyList<NodeShare>> ShareAsync(IReadOnlyList<Platform> platforms, CancellationToken cancellationToken)
    {
        if (_nodes.Count == 1)
            return [new NodeShare(First, platforms)];
        if (!_isComplete && !PlatformAssignment.IsFixed(platforms, _platforms))
        {
            _platforms = await Task.WhenAll(_nodes.Select(async node =>
                NodePlatforms.Of(node.FixedPlatforms, await (await node.ConnectAsync(cancellationToken)).GetWorkersAsync(cancellationToken))));
            _isComplete = true;
        }
        return [.. PlatformAssignment.Assign(platforms, _platforms).Select(share => new NodeShare(_nodes[share.Node], share.Platforms))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }
}
