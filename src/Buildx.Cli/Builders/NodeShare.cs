using Buildx.Oci;

namespace Buildx.Cli.Builders;

/// <summary>What one node does of a build.</summary>
/// <param name="Platforms">Empty when none was asked for: the node's own.</param>
internal sealed record NodeShare(BuilderNode Node, IReadOnlyList<Platform> Platforms);
