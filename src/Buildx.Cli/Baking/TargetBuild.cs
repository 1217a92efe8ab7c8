using Buildx.Cli.Building;

namespace Buildx.Cli.Baking;

/// <summary>One target as a build.</summary>
/// <param name="Links">The targets that its contexts are made of, by the context's name.</param>
internal sealed record TargetBuild(string Name, BuildRequest Request, IReadOnlyDictionary<string, string> Links, string Description);
