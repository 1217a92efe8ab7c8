using Buildx.Protocol.Pb;

namespace Buildx.Client;

/// <summary>What a build was made of: another one can go on from there.</summary>
/// <param name="Platform">Empty when the build has one result only.</param>
/// <param name="Definition">Null for an empty tree.</param>
/// <param name="ImageConfig">The image's config as JSON, if there is one.</param>
public sealed record BuildGraph(string Platform, Definition? Definition, ReadOnlyMemory<byte>? ImageConfig);
