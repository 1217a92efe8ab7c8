using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Storage;

/// <summary>
/// Makes a layer of what overlayfs left in an upper directory: without whiteouts that hide nothing, opaque marks where nothing
/// lies below, and directories that were only walked through. What remains is what has changed.
/// </summary>
internal sealed class UpperCleaner(LowerTrees lowers, OverlayForm form)
{
    private readonly HashSet<ulong> _counted = [];
    private long _size;
    private bool _hides;

    /// <returns>Null when nothing was changed.</returns>
    public LayerTree? Clean(string upper, CancellationToken cancellationToken)
    {
        using var directory = FileSystem.OpenDirectory(upper);
        var remaining = Clean(directory, "", isHidden: false, cancellationToken);
        return remaining == 0 ? null : new LayerTree(_size, _hides ? LayerFlags.Hides : LayerFlags.None);
    }

    /// <param name="isHidden">A directory further up hides what lies below here: nothing does, for this layer.</param>
    /// <returns>How many entries are left.</returns>
    private int Clean(SafeFileHandle directory, string path, bool isHidden, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var remaining = 0;
        FileStatus? before = null;
        foreach (var entry in DirectoryReader.ReadAll(directory))
        {
            var inner = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            if (!FileSystem.TryGetStatusAt(directory, entry.Name, out var status))
                continue;
            var keep = status.IsDirectory ? CleanDirectory(directory, entry.Name, inner, status, isHidden, cancellationToken)
                : !status.IsWhiteout || (!isHidden && IsHiding(inner));
            if (keep)
            {
                remaining++;
                if (status.IsDirectory || status.LinkCount == 1 || _counted.Add(status.Inode))
                    _size += status.Blocks * 512;
                continue;
            }
            before ??= FileSystem.GetStatus(directory);
            if (status.IsDirectory)
                FileSystem.RemoveEmptyDirectoryAt(directory, entry.Name);
            else
                FileSystem.RemoveFileAt(directory, entry.Name);
        }
        // Removing what never mattered must not show in the directory's time.
        if (before is { } unchanged)
            FileSystem.SetTimes(directory, null, unchanged.ModifiedAt);
        return remaining;
    }

    private bool IsHiding(string path)
    {
        var isHiding = lowers.Find(path) is not null;
        _hides |= isHiding;
        return isHiding;
    }

    private bool CleanDirectory(
        SafeFileHandle parent, string name, string path, FileStatus status, bool isHidden, CancellationToken cancellationToken)
    {
        using var directory = FileSystem.OpenAt(parent, name, OpenFlags.Directory | OpenFlags.NoFollow);
        var isOpaque = form.IsOpaque(directory);
        var remaining = Clean(directory, path, isHidden || isOpaque, cancellationToken);
        if (remaining > 0 && !isOpaque)
            return true;
        var below = isHidden ? null : lowers.Find(path);
        if (isOpaque)
        {
            if (below is { Status.IsDirectory: true })
                _hides = true;
            else
                form.ClearOpaque(directory);
            return true;
        }
        // Empty here, and the same as below: it was copied up for something that was undone.
        return below is not { Status.IsDirectory: true }
            || below.Status.Mode != status.Mode || below.Status.Uid != status.Uid || below.Status.Gid != status.Gid
            || !below.Attributes.Order(StringComparer.Ordinal).SequenceEqual(
                ExtendedAttributes.List(directory).Where(attribute => !OverlayForm.IsInternal(attribute)).Order(StringComparer.Ordinal));
    }
}
