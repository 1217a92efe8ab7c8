using Buildx.Protocol.FileSync.Patterns;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Protocol.FileSync;

/// <summary>Which part of a tree is meant.</summary>
public sealed record FileFilter
{
    public static FileFilter All { get; } = new();

    /// <summary>If any: only what matches one of these.</summary>
    public IReadOnlyList<string> IncludePatterns { get; init; } = [];

    /// <summary>Not what matches these, in the sense of <c>.dockerignore</c>.</summary>
    public IReadOnlyList<string> ExcludePatterns { get; init; } = [];

    /// <summary>Also the files that these paths (with wildcards) lead to over symbolic links, and those links.</summary>
    public IReadOnlyList<string> FollowPaths { get; init; } = [];

    /// <summary>The filter for one directory, in which <see cref="FollowPaths"/> are resolved now; null where everything passes.</summary>
    /// <exception cref="FormatException">A pattern is malformed.</exception>
    public (PatternMatcher? Include, PatternMatcher? Exclude) CompileFor(SafeFileHandle root) =>
        Compile(paths => new LinkFollower(root).Follow(paths));

    internal (PatternMatcher? Include, PatternMatcher? Exclude) Compile(Func<IReadOnlyList<string>, IReadOnlyList<string>?> followLinks)
    {
        IEnumerable<string> includes = IncludePatterns;
        if (FollowPaths.Count > 0)
        {
            var followed = followLinks(FollowPaths);
            // Null is the whole tree.
            includes = followed is null ? [] : [.. IncludePatterns, .. followed];
        }
        var include = PatternMatcher.Parse(includes);
        var exclude = PatternMatcher.Parse(ExcludePatterns);
        return (include.Patterns.Count > 0 ? include : null, exclude.Patterns.Count > 0 ? exclude : null);
    }
}
