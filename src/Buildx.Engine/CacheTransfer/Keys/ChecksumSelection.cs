using System.Collections.Immutable;

namespace Buildx.Engine.CacheTransfer.Keys;

/// <summary>A part of an input that a step reads, as BuildKit's keys know it.</summary>
internal sealed record ChecksumSelection(string Path)
{
    public bool FollowLinks { get; init; }

    public bool Wildcard { get; init; }

    public ImmutableArray<string> IncludePatterns { get; init; } = [];

    public ImmutableArray<string> ExcludePatterns { get; init; } = [];

    public bool IsFiltered => Wildcard || IncludePatterns.Length > 0 || ExcludePatterns.Length > 0;

    /// <summary>Tells selections apart.</summary>
    public string ToKey() => string.Join('\0', [Path, FollowLinks ? "follow" : "", Wildcard ? "wildcard" : "", .. IncludePatterns, "but", .. ExcludePatterns]);

    /// <summary>Whole paths that lie in others say nothing more; the rest in BuildKit's order.</summary>
    public static ImmutableArray<ChecksumSelection> Reduce(IReadOnlyCollection<ChecksumSelection> selections) =>
    [
        .. WholePaths(selections, followLinks: false)
            .Concat(WholePaths(selections, followLinks: true))
            .Concat(selections.Where(selection => selection.IsFiltered))
            .OrderBy(selection => selection.Path, StringComparer.Ordinal),
    ];

    /// <summary>Each path once, without those inside of others.</summary>
    public static IReadOnlyList<string> Outermost(IReadOnlyCollection<string> paths) =>
        paths.Count <= 1 ? [.. paths] : [.. paths.Distinct().Where(path => !paths.Any(other => other != path && IsBelow(path, other))).Order(StringComparer.Ordinal)];

    private static IEnumerable<ChecksumSelection> WholePaths(IEnumerable<ChecksumSelection> selections, bool followLinks) =>
        Outermost([.. selections.Where(selection => !selection.IsFiltered && selection.FollowLinks == followLinks).Select(selection => selection.Path)])
            .Select(path => new ChecksumSelection(path) { FollowLinks = followLinks });

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(directory.EndsWith('/') ? directory : directory + "/", StringComparison.Ordinal);
}
