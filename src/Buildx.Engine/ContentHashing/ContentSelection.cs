using System.Collections.Immutable;

namespace Buildx.Engine.ContentHashing;

/// <summary>The part of a tree that some work depends on.</summary>
/// <param name="Path">Absolute inside the tree; may hold wildcards if <paramref name="AllowWildcard"/>.</param>
internal sealed record ContentSelection(string Path, bool AllowWildcard = false, bool FollowSymlink = false)
{
    public static ContentSelection Everything { get; } = new("/");

    /// <summary>Of a directory only the content counts, not its own name and metadata.</summary>
    public bool ContentsOnly { get; init; }

    /// <summary>No error when nothing is there: the absence is part of the hash.</summary>
    public bool IsOptional { get; init; }

    public ImmutableArray<string> IncludePatterns { get; init; } = [];

    public ImmutableArray<string> ExcludePatterns { get; init; } = [];

    public ImmutableArray<string> RequiredPaths { get; init; } = [];
}
