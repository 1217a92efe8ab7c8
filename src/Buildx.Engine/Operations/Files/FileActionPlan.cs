using System.Collections.Immutable;
using Buildx.Linux;

namespace Buildx.Engine.Operations.Files;

/// <summary>
/// One action of an LLB file operation, parsed. Indexes count the operation's inputs first, then the results of its actions;
/// -1 is none (an empty tree).
/// </summary>
/// <param name="Input">The tree that is changed.</param>
/// <param name="SecondaryInput">The tree that is copied from.</param>
/// <param name="Output">Which output of the operation the result is, -1 if it only feeds other actions.</param>
internal abstract record FileActionPlan(int Input, int SecondaryInput, int Output)
{
    public OwnerPlan? Owner { get; init; }

    /// <summary>Modification time of what is made; null leaves it to the action.</summary>
    public FileTime? Timestamp { get; init; }
}

/// <param name="Source">Cleaned absolute path; a trailing slash or <c>/.</c> is kept, it has a meaning.</param>
/// <param name="Destination">As <paramref name="Source"/>.</param>
internal sealed record CopyPlan(int Input, int SecondaryInput, int Output, string Source, string Destination)
    : FileActionPlan(Input, SecondaryInput, Output)
{
    /// <summary>What happens to the modes of the copied files; null keeps them.</summary>
    public ModeChange? Mode { get; init; }

    /// <summary>Mode of directories that must be made above the destination.</summary>
    public uint ParentMode { get; init; } = 0x1ed;

    public bool FollowSymlink { get; init; }

    /// <summary>A directory's content is copied into the destination, not the directory itself.</summary>
    public bool DirectoryContents { get; init; }

    /// <summary>A source that is a tar archive, compressed or not, is extracted.</summary>
    public bool Unpack { get; init; }

    public bool CreateDestinationPath { get; init; }

    public bool AllowWildcard { get; init; }

    public bool AllowEmptyWildcard { get; init; }

    public bool AlwaysReplace { get; init; }

    public ImmutableArray<string> IncludePatterns { get; init; } = [];

    public ImmutableArray<string> ExcludePatterns { get; init; } = [];

    /// <summary>Something must be found under each of these paths.</summary>
    public ImmutableArray<string> RequiredPaths { get; init; } = [];
}

internal sealed record MakeDirectoryPlan(int Input, int Output, string Path, uint Mode, bool MakeParents)
    : FileActionPlan(Input, -1, Output);

internal sealed record MakeFilePlan(int Input, int Output, string Path, uint Mode, ReadOnlyMemory<byte> Data)
    : FileActionPlan(Input, -1, Output);

/// <param name="Target">What the link says, as it is.</param>
internal sealed record MakeSymlinkPlan(int Input, int Output, string Path, string Target)
    : FileActionPlan(Input, -1, Output);

internal sealed record RemovePlan(int Input, int Output, string Path, bool AllowNotFound, bool AllowWildcard)
    : FileActionPlan(Input, -1, Output);
