using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Storage;

/// <summary>
/// Makes a layer of what overlayfs left in an upper directory: without whiteouts that hide nothing, directories that were only
/// walked through, and files that were copied up and then left as they are (a chown of everything to who owns it already). What
/// remains is what has changed.
/// </summary>
/// <remarks>
/// A directory that was made anew hides what it had before by a whiteout of each name, not by overlayfs's mark of opaque ones:
/// the mark would hide as well what other trees have there, once the layer is merged with them.
/// </remarks>
/// <param name="keepsTimes">A directory whose time alone is another is kept.</param>
internal sealed class UpperCleaner(LowerTrees lowers, OverlayForm form, bool keepsTimes = false)
{
    private const int BufferSize = 64 * 1024;

    private readonly HashSet<ulong> _counted = [];
    private readonly byte[] _ours = new byte[BufferSize];
    private readonly byte[] _theirs = new byte[BufferSize];
    private long _size;
    private bool _hides;

    public LayerTree Clean(string upper, CancellationToken cancellationToken)
    {
        using var directory = FileSystem.OpenDirectory(upper);
        var remaining = Clean(directory, "", isAnew: false, cancellationToken);
        return remaining == 0 ? new LayerTree(0, LayerFlags.Empty) : new LayerTree(_size, _hides ? LayerFlags.Hides : LayerFlags.None);
    }

    /// <param name="isAnew">The directory was made anew, itself or with one further up.</param>
    /// <returns>How many entries are left.</returns>
    private int Clean(SafeFileHandle directory, string path, bool isAnew, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var remaining = 0;
        FileStatus? before = null;
        foreach (var entry in DirectoryReader.ReadAll(directory))
        {
            var inner = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            if (!FileSystem.TryGetStatusAt(directory, entry.Name, out var status))
                continue;
            var keep = status.IsDirectory ? CleanDirectory(directory, entry.Name, inner, status, isAnew, cancellationToken)
                : status.IsWhiteout ? IsHiding(inner)
                : !IsSameBelow(directory, entry.Name, inner, status);
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

    /// <summary>A file of several names stays: which of them belong together may be what has changed.</summary>
    private bool IsSameBelow(SafeFileHandle directory, string name, string path, in FileStatus status) =>
        status.LinkCount == 1
        && lowers.Find(path) is { } below
        && below.Status.Mode == status.Mode && below.Status.Uid == status.Uid && below.Status.Gid == status.Gid
        && below.Status.Size == status.Size && below.Status.ModifiedAt == status.ModifiedAt && below.Status.SpecialDevice == status.SpecialDevice
        && HasSameAttributes(directory, name, path, below)
        && status.Type switch
        {
            FileType.Regular => HasSameContent(directory, name, path, below),
            FileType.SymbolicLink => FileSystem.ReadLinkAt(directory, name) == FileSystem.ReadLinkAt(below.Layer, path),
            _ => true,
        };

    private static bool HasSameAttributes(SafeFileHandle directory, string name, string path, LowerTrees.Found below)
    {
        var attributes = ExtendedAttributes.ListAt(directory, name).Where(attribute => !OverlayForm.IsInternal(attribute)).ToHashSet(StringComparer.Ordinal);
        return attributes.SetEquals(below.Attributes)
            && attributes.All(attribute => ExtendedAttributes.GetAt(directory, name, attribute).AsSpan()
                .SequenceEqual(ExtendedAttributes.GetAt(below.Layer, path, attribute)));
    }

    private bool HasSameContent(SafeFileHandle directory, string name, string path, LowerTrees.Found below)
    {
        using var file = FileSystem.OpenAt(directory, name, OpenFlags.NoFollow);
        using var other = FileSystem.OpenAt(below.Layer, path, OpenFlags.NoFollow);
        for (long offset = 0; ;)
        {
            var count = ReadFully(file, _ours, offset);
            if (count != ReadFully(other, _theirs, offset) || !_ours.AsSpan(0, count).SequenceEqual(_theirs.AsSpan(0, count)))
                return false;
            if (count < _ours.Length)
                return true;
            offset += count;
        }
    }

    private static int ReadFully(SafeFileHandle file, byte[] buffer, long offset)
    {
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(filled), offset + filled) is > 0 and var count)
            filled += count;
        return filled;
    }

    private bool CleanDirectory(
        SafeFileHandle parent, string name, string path, FileStatus status, bool isAnew, CancellationToken cancellationToken)
    {
        using var directory = FileSystem.OpenAt(parent, name, OpenFlags.Directory | OpenFlags.NoFollow);
        if (form.IsOpaque(directory))
        {
            isAnew = true;
            form.ClearOpaque(directory);
        }
        if (isAnew)
            HideWhatIsBelow(directory, path, status);
        if (Clean(directory, path, isAnew, cancellationToken) > 0)
            return true;
        // Empty here, and the same as below: it was copied up for something that was undone.
        return lowers.Find(path) is not { Status.IsDirectory: true } below
            || below.Status.Mode != status.Mode || below.Status.Uid != status.Uid || below.Status.Gid != status.Gid
            || (keepsTimes && below.Status.ModifiedAt != status.ModifiedAt)
            || !below.Attributes.Order(StringComparer.Ordinal).SequenceEqual(
                ExtendedAttributes.List(directory).Where(attribute => !OverlayForm.IsInternal(attribute)).Order(StringComparer.Ordinal));
    }

    private void HideWhatIsBelow(SafeFileHandle directory, string path, in FileStatus status)
    {
        var anything = false;
        foreach (var name in lowers.List(path))
        {
            if (FileSystem.TryGetStatusAt(directory, name, out _))
                continue;
            form.MakeWhiteout(directory, name);
            anything = true;
        }
        if (anything)
            FileSystem.SetTimes(directory, null, status.ModifiedAt);
    }
}
