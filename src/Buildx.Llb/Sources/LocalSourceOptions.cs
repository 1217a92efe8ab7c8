namespace Buildx.Llb;

/// <summary>What to take of a directory that a client offers.</summary>
public sealed record LocalSourceOptions
{
    /// <summary>The session that serves the directory. Without it <see cref="UniqueId"/> keeps builds apart.</summary>
    public string? SessionId { get; init; }

    /// <summary>Random if not given; used only without <see cref="SessionId"/>.</summary>
    public string? UniqueId { get; init; }

    public IReadOnlyList<string> IncludePatterns { get; init; } = [];

    public IReadOnlyList<string> ExcludePatterns { get; init; } = [];

    /// <summary>Only these paths, and what they link to; all if empty.</summary>
    public IReadOnlyList<string> FollowPaths { get; init; } = [];

    public string? SharedKeyHint { get; init; }

    /// <summary><c>none</c> to transfer all files anew, <c>metadata</c> (the default) to compare sizes and times.</summary>
    public string? Differ { get; init; }
}
