namespace Buildx.Llb;

public sealed record GitSourceOptions
{
    /// <summary>Branch, tag or commit; the remote's default if null.</summary>
    public string? Reference { get; init; }

    public string? Subdirectory { get; init; }

    public bool KeepGitDirectory { get; init; }

    /// <summary>The commit that <see cref="Reference"/> must be.</summary>
    public string? Checksum { get; init; }

    public bool SkipSubmodules { get; init; }

    /// <summary><c>checkout</c> or <c>commit</c>.</summary>
    public string? ModificationTime { get; init; }

    public bool FetchByCommit { get; init; }

    public string AuthTokenSecret { get; init; } = "GIT_AUTH_TOKEN";

    public string AuthHeaderSecret { get; init; } = "GIT_AUTH_HEADER";
}
