using Buildx.Cli.Builders;
using Buildx.Client;

namespace Buildx.Cli.Building;

/// <summary>What one node does of a build.</summary>
/// <param name="Load">A second step, for which all is built already: one platform goes to a Docker Engine; null for none.</param>
internal sealed record BuildPart(BuilderNode Node, SolveOptions Options, ExportOptions? Load, string LoadPlatform);
