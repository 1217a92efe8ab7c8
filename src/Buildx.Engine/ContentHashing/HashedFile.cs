using System.Runtime.CompilerServices;
using Buildx.Engine.Trees;
using Buildx.Linux;

namespace Buildx.Engine.ContentHashing;

/// <param name="path">Inside the tree.</param>
/// <param name="name">Relative to the selection, as a copy would place it.</param>
internal sealed class HashedFile(TreeEntry entry, string path, string name)
{
    public TreeEntry Entry { get; } = entry;

    public string Path { get; } = path;

    public string Name { get; } = name;

    // Most files are not read: they need no room for it.
    private StrongBox<FileStatus>? _read;

    public FileHash Hash { get; set; }

    /// <summary>The status the content was read under, when it was read now; else that of the scan.</summary>
    public FileStatus? Read
    {
        get => _read?.Value;
        set => _read = value is { } status ? new StrongBox<FileStatus>(status) : null;
    }
}
