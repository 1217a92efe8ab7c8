namespace Buildx.Engine.Trees;

/// <param name="IsSelected">The path itself is wanted.</param>
/// <param name="CanDescend">Something under it may be wanted.</param>
internal readonly record struct FilterMatch(bool IsSelected, bool CanDescend);

/// <summary>Which patterns matched a directory; its children inherit that. Default is the top.</summary>
internal readonly record struct FilterState(bool[]? Includes, bool[]? Excludes);
