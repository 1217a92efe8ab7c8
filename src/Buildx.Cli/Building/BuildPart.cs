using Buildx.Cli.Builders;
using Buildx.Client;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>What one node does of a build.</summary>
/// <param name="Load">A second step, for which all is built already: one platform goes to a Docker Engine; null for none.</param>
/// <param name="Platforms">What it is built for; none for the node's own.</param>
internal sealed record BuildPart(BuilderNode Node, SolveOptions Options, ExportOptions? Load, string LoadPlatform, IReadOnlyList<Platform> Platforms);
