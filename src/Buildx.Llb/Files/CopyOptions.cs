namespace Buildx.Llb;

public sealed record CopyOptions
{
    /// <summary>Octal permissions; those of the source if null.</summary>
    public int? Mode { get; init; }

    /// <summary>Symbolic permissions (<c>u+x</c>), instead of <see cref="Mode"/>.</summary>
    public string? SymbolicMode { get; init; }

    public FileOwner? Owner { get; init; }

    public bool FollowSymlinks { get; init; }

    /// <summary>A directory's entries rather than itself.</summary>
    public bool DirectoryContentsOnly { get; init; }

    public bool Unpack { get; init; }

    public bool CreateDestination { get; init; }

    /// <summary>What is in the way is replaced, also a directory by a file.</summary>
    public bool AlwaysReplace { get; init; }

    public bool AllowWildcard { get; init; }

    public bool AllowEmptyWildcard { get; init; }

    public IReadOnlyList<string> IncludePatterns { get; init; } = [];

    public IReadOnlyList<string> ExcludePatterns { get; init; } = [];

    public IReadOnlyList<string> RequiredPaths { get; init; } = [];

    /// <summary>The time of what is made; that of the source if null.</summary>
    public DateTimeOffset? Time { get; init; }
}
