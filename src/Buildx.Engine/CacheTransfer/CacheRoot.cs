using Buildx.Engine.Solving;

namespace Buildx.Engine.CacheTransfer;

/// <summary>What a build was asked for, for one platform: its cache is this and all that it was made of.</summary>
internal readonly record struct CacheRoot(VertexResult Result, int Output, string Platform);
