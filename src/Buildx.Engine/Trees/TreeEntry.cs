using Buildx.Linux;
using Buildx.Protocol.FileSync;

namespace Buildx.Engine.Trees;

/// <summary>A file or directory that was found in a tree, with its status at that moment.</summary>
internal sealed class TreeEntry(string name, FileStatus status)
{
    public string Name { get; } = name;

    public FileStatus Status { get; } = status;

    /// <summary>Sorted by name; null for what is no directory.</summary>
    public TreeEntry[]? Children { get; set; }

    /// <returns>Null when there is none of that name.</returns>
    public TreeEntry? FindChild(string name)
    {
        var (low, high) = (0, (Children?.Length ?? 0) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = RelativePath.CompareNames(Children![middle].Name, name);
            if (order == 0)
                return Children[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return null;
    }

    public string? LinkTarget { get; init; }

    /// <summary>False for a directory that is only there because something in it may be.</summary>
    public bool IsSelected { get; init; } = true;
}
