using System.Globalization;
using Buildx.Differential.Tests.Images;

namespace Buildx.Differential.Tests.Comparing;

internal static class TreeComparison
{
    public static IEnumerable<Difference> Compare(FileTree ours, FileTree theirs)
    {
        var (ourLinks, theirLinks) = (ours.HardLinks(), theirs.HardLinks());
        foreach (var path in ours.Nodes.Keys.Union(theirs.Nodes.Keys))
        {
            var (mine, other) = (ours.Nodes.GetValueOrDefault(path), theirs.Nodes.GetValueOrDefault(path));
            if (ReferenceEquals(mine, other) && ourLinks.Count == 0 && theirLinks.Count == 0)
                continue;
            if (mine is null || other is null)
            {
                yield return new("files.existence", path, Name(mine), Name(other));
                continue;
            }
            if (mine.Type != other.Type)
            {
                yield return new("files.type", path, Name(mine), Name(other));
                continue;
            }
            foreach (var (aspect, describe) in Aspects)
            {
                if (describe(mine) != describe(other))
                    yield return new("files." + aspect, path, describe(mine), describe(other));
            }
            if (mine.ModificationTime is { } time && other.ModificationTime is { } otherTime && BuildTimes.Describe(time) != BuildTimes.Describe(otherTime))
                yield return new("files.mtime", path, BuildTimes.Describe(time), BuildTimes.Describe(otherTime));
            if (ourLinks.GetValueOrDefault(path) != theirLinks.GetValueOrDefault(path))
                yield return new("files.links", path, ourLinks.GetValueOrDefault(path), theirLinks.GetValueOrDefault(path));
        }
    }

    private static readonly (string Aspect, Func<FileNode, string> Describe)[] Aspects =
    [
        ("mode", node => Convert.ToString((int)node.Mode, 8)),
        ("owner", node => $"{node.UserId}:{node.GroupId}"),
        ("content", node => string.Create(CultureInfo.InvariantCulture, $"{node.Size} bytes, {node.ContentDigest}")),
        ("target", node => node.LinkTarget ?? ""),
        ("device", node => $"{node.Device}"),
        ("xattrs", node => string.Join(", ", node.ExtendedAttributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))),
    ];

    private static string Name(FileNode? node) => node is null ? "absent" : $"{node.Type}";
}
