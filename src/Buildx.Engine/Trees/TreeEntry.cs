using Buildx.Linux;

namespace Buildx.Engine.Trees;

/// <summary>A file or directory that was found in a tree, with its status at that moment.</summary>
internal sealed class TreeEntry(string name, FileStatus status)
{
    public string Name { get; } = name;

    public FileStatus Status { get; } = status;

    /// <summary>Sorted by name; null for what is no directory.</summary>
    public TreeEntry[]? Children { get; set; }

    public string? LinkTarget { get; init; }

    /// <summary>False for a directory that is only there because something in it may be.</summary>
    public bool IsSelected { get; init; } = true;
}
