namespace Buildx.Engine.Trees;

/// <summary>
/// A directory that is read as a file system tree of its own: a mounted snapshot, a mirror of a client's directory, or the
/// client's directory itself seen through a filter.
/// </summary>
/// <param name="Root">Absolute path of the directory in the engine's mount namespace.</param>
internal sealed record FileTree(string Root)
{
    /// <summary>What of the directory belongs to the tree; null is everything.</summary>
    public TreeFilter? Filter { get; init; }

    /// <summary>
    /// The directory belongs to a user and may change at any moment. It is seen as file sync would bring it: everything is
    /// root's, the top directory has default metadata, and a file that changes while it is read is read again.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>A file that nobody touches has the same device and inode whenever the tree is read.</summary>
    public bool KeepsInodes { get; init; }

    /// <summary>What was found in it a moment ago, where it has been walked already; null to walk it.</summary>
    public TreeScan? Scan { get; init; }
}
