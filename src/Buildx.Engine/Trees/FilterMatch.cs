using Buildx.Protocol.FileSync.Patterns;

namespace Buildx.Engine.Trees;

/// <param name="IsSelected">The path itself is wanted.</param>
/// <param name="CanDescend">It is a directory, and something under it may be wanted.</param>
internal readonly record struct FilterMatch(bool IsSelected, bool CanDescend);

/// <summary>Which patterns matched a directory; its children inherit that. Default is the top.</summary>
internal readonly record struct FilterState(ParentMatches Includes, ParentMatches Excludes);
