using System.Buffers;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Storage;

/// <summary>
/// Unpacks a layer's tar into a directory in overlayfs's form. Every path is resolved inside the directory by
/// <c>openat2(RESOLVE_IN_ROOT)</c>; the last component is never followed.
/// </summary>
internal sealed class LayerUnpacker : IDisposable
{
    private const string WhiteoutPrefix = ".wh.";
    private const string OpaqueMarker = ".wh..wh..opq";

    private readonly SafeFileHandle _root;
    private readonly OverlayForm _form;
    private readonly bool _isPrivileged;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
    private readonly List<(string Path, FileTime ModifiedAt)> _directoryTimes = [];
    private string _parentPath = "";
    private SafeFileHandle _parent;
    private bool _inheritsGroup;
    private bool _isEmpty = true;
    private LayerFlags _flags;
    private long _size;

    /// <param name="path">An empty directory.</param>
    /// <param name="isPrivileged">Whether devices and <c>trusted.*</c> attributes can be made.</param>
    public LayerUnpacker(string path, OverlayForm form, bool isPrivileged)
    {
        _root = FileSystem.OpenDirectory(path);
        _parent = _root;
        (_form, _isPrivileged) = (form, isPrivileged);
    }

    /// <exception cref="InvalidDataException">Not a tar, or one that doesn't make sense.</exception>
    public LayerTree Unpack(Stream tar, CancellationToken cancellationToken)
    {
        var reader = new LayerTarReader(tar);
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Unpack(entry, reader, cancellationToken);
            }
            catch (LinuxException exception)
            {
                throw Explain(entry, exception);
            }
        }
        // Making entries changed the directories' times; the deepest come last.
        for (var i = _directoryTimes.Count - 1; i >= 0; i--)
        {
            var (path, time) = _directoryTimes[i];
            using var directory = path.Length == 0 ? null : FileSystem.TryOpenIn(
                _root, path, OpenFlags.Directory | OpenFlags.NoFollow, ResolveFlags.Beneath | ResolveFlags.NoSymbolicLinks);
            if (path.Length == 0 || directory is not null)
                FileSystem.SetTimes(directory ?? _root, null, time);
        }
        return new LayerTree(_size, _flags | (_isEmpty ? LayerFlags.Empty : LayerFlags.None));
    }

    public void Dispose()
    {
        if (_parent != _root)
            _parent.Dispose();
        _root.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private void Unpack(LayerTarEntry entry, LayerTarReader reader, CancellationToken cancellationToken)
    {
        var path = Normalize(entry.Name);
        if (path.Length == 0)
        {
            if (entry.Type == LayerTarEntryType.Directory)
            {
                FileSystem.ChangeOwner(_root, entry.Uid, entry.Gid);
                FileSystem.ChangeMode(_root, entry.Mode);
                SetAttributes(_root, entry);
                _directoryTimes.Add(("", entry.ModifiedAt));
            }
            return;
        }
        var slash = path.LastIndexOf('/');
        var parentPath = slash < 0 ? "" : path[..slash];
        var name = path[(slash + 1)..];
        var parent = OpenParent(parentPath);
        if (name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
        {
            Hide(parent, name);
            return;
        }
        _isEmpty = false;
        switch (entry.Type)
        {
            case LayerTarEntryType.Directory:
                MakeDirectory(parent, name, entry);
                _directoryTimes.Add((path, entry.ModifiedAt));
                break;
            case LayerTarEntryType.Regular:
                MakeFile(parent, name, entry, reader, cancellationToken);
                break;
            case LayerTarEntryType.HardLink:
                MakeHardLink(parent, name, entry);
                break;
            case LayerTarEntryType.SymbolicLink:
                MakeRoom(parent, name);
                FileSystem.MakeSymbolicLinkAt(entry.LinkName, parent, name);
                FileSystem.ChangeOwnerAt(parent, name, entry.Uid, entry.Gid);
                SetAttributesAt(parent, name, entry);
                FileSystem.SetTimesAt(parent, name, null, entry.ModifiedAt);
                break;
            case LayerTarEntryType.Fifo:
            case LayerTarEntryType.CharacterDevice when IsMakeable(entry):
            case LayerTarEntryType.BlockDevice when IsMakeable(entry):
                MakeNode(parent, name, entry);
                break;
        }
    }

    // A user namespace may not make device nodes; and 0/0 would be a whiteout.
    private bool IsMakeable(LayerTarEntry entry) =>
        _isPrivileged && !(entry.Type == LayerTarEntryType.CharacterDevice && entry.Device == default);

    private void Hide(SafeFileHandle parent, string name)
    {
        if (name == OpaqueMarker)
        {
            _form.SetOpaque(parent);
            _flags |= LayerFlags.Hides;
            _isEmpty = false;
            return;
        }
        // Anything else under .wh..wh. is AUFS's own bookkeeping.
        if (name.StartsWith(WhiteoutPrefix + WhiteoutPrefix, StringComparison.Ordinal))
            return;
        var hidden = name[WhiteoutPrefix.Length..];
        if (hidden.Length == 0 || hidden is "." or "..")
            throw new InvalidDataException($"layer with the whiteout \"{LinuxPath.ToDisplay(name)}\", which hides nothing that could exist");
        _flags |= LayerFlags.Hides;
        _isEmpty = false;
        if (!FileSystem.TryGetStatusAt(parent, hidden, out var status))
        {
            _form.MakeWhiteout(parent, hidden);
        }
        else if (status.IsDirectory)
        {
            // A whiteout hides what is below the layer, not what the layer itself brings.
            using var directory = FileSystem.OpenAt(parent, hidden, OpenFlags.Directory | OpenFlags.NoFollow);
            _form.SetOpaque(directory);
        }
    }

    private void MakeDirectory(SafeFileHandle parent, string name, LayerTarEntry entry)
    {
        var isOpaque = false;
        while (!FileSystem.TryMakeDirectoryAt(parent, name, 0x1c0))
        {
            var status = FileSystem.GetStatusAt(parent, name);
            if (status.IsDirectory)
                break;
            isOpaque |= status.IsWhiteout;
            FileSystem.RemoveFileAt(parent, name);
        }
        using var directory = FileSystem.OpenAt(parent, name, OpenFlags.Directory | OpenFlags.NoFollow);
        if (isOpaque)
            _form.SetOpaque(directory);
        FileSystem.ChangeOwner(directory, entry.Uid, entry.Gid);
        FileSystem.ChangeMode(directory, entry.Mode);
        SetAttributes(directory, entry);
        _inheritsGroup |= (entry.Mode & 0x400) != 0;
        _size += 4096;
    }

    private void MakeFile(SafeFileHandle parent, string name, LayerTarEntry entry, LayerTarReader reader, CancellationToken cancellationToken)
    {
        const OpenFlags flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
        var file = FileSystem.TryOpenAt(parent, name, flags, 0x180);
        if (file is null)
        {
            if (FileSystem.LastError != Errno.EEXIST)
                throw LinuxException.FromLastError("openat", entry.Name);
            MakeRoom(parent, name);
            file = FileSystem.OpenAt(parent, name, flags, 0x180);
        }
        using (file)
        {
            int read;
            while ((read = Fill(reader)) > 0)
            {
                FileSystem.Write(file, _buffer.AsSpan(0, read));
                cancellationToken.ThrowIfCancellationRequested();
            }
            // New files belong to root already, unless the directory hands down its group.
            if (entry.Uid != 0 || entry.Gid != 0 || _inheritsGroup)
                FileSystem.ChangeOwner(file, entry.Uid, entry.Gid);
            FileSystem.ChangeMode(file, entry.Mode);
            SetAttributes(file, entry);
            FileSystem.SetTimes(file, null, entry.ModifiedAt);
        }
        _size += (entry.Size + 4095) & ~4095;
    }

    private int Fill(LayerTarReader reader)
    {
        var length = 0;
        while (length < _buffer.Length)
        {
            var read = reader.Read(_buffer.AsSpan(length));
            if (read == 0)
                break;
            length += read;
        }
        return length;
    }

    private void MakeHardLink(SafeFileHandle parent, string name, LayerTarEntry entry)
    {
        var target = Normalize(entry.LinkName);
        var slash = target.LastIndexOf('/');
        if (target.Length == 0)
            throw new InvalidDataException($"hard link \"{LinuxPath.ToDisplay(entry.Name)}\" to the root directory");
        using var targetParent = slash < 0 ? null : FileSystem.TryOpenIn(_root, target[..slash], OpenFlags.Directory);
        if ((slash >= 0 && targetParent is null) || !FileSystem.TryGetStatusAt(targetParent ?? _root, target[(slash + 1)..], out _))
        {
            throw new InvalidDataException(
                $"hard link \"{LinuxPath.ToDisplay(entry.Name)}\" to \"{LinuxPath.ToDisplay(entry.LinkName)}\", which does not come before it in the layer");
        }
        if (FileSystem.TryGetStatusAt(parent, name, out var existing))
        {
            var linked = FileSystem.GetStatusAt(targetParent ?? _root, target[(slash + 1)..]);
            if (existing.Inode == linked.Inode)
                return;
            MakeRoom(parent, name);
        }
        FileSystem.MakeHardLinkAt(targetParent ?? _root, target[(slash + 1)..], parent, name);
    }

    private void MakeNode(SafeFileHandle parent, string name, LayerTarEntry entry)
    {
        MakeRoom(parent, name);
        var type = entry.Type switch
        {
            LayerTarEntryType.Fifo => FileType.Fifo,
            LayerTarEntryType.CharacterDevice => FileType.CharacterDevice,
            _ => FileType.BlockDevice,
        };
        FileSystem.MakeNodeAt(parent, name, type, 0x180, entry.Device);
        FileSystem.ChangeOwnerAt(parent, name, entry.Uid, entry.Gid);
        FileSystem.ChangeModeAt(parent, name, entry.Mode);
        SetAttributesAt(parent, name, entry);
        FileSystem.SetTimesAt(parent, name, null, entry.ModifiedAt);
    }

    /// <summary>A later entry of the same name wins.</summary>
    private static void MakeRoom(SafeFileHandle parent, string name) => FileSystem.RemoveTreeAt(parent, name);

    private void SetAttributes(SafeFileHandle file, LayerTarEntry entry)
    {
        foreach (var (name, value) in entry.Attributes)
        {
            if (IsAccepted(name))
                Ignoring(name, () => ExtendedAttributes.Set(file, name, value));
        }
    }

    private void SetAttributesAt(SafeFileHandle parent, string path, LayerTarEntry entry)
    {
        foreach (var (name, value) in entry.Attributes)
        {
            if (IsAccepted(name))
                Ignoring(name, () => ExtendedAttributes.SetAt(parent, path, name, value));
        }
    }

    // An archive must not speak overlayfs's language: its marks could show what a layer hides.
    private bool IsAccepted(string attribute) =>
        !OverlayForm.IsInternal(attribute) && (_isPrivileged || !attribute.StartsWith("trusted.", StringComparison.Ordinal));

    private void Ignoring(string attribute, Action set)
    {
        try
        {
            set();
        }
        catch (LinuxException exception) when (
            exception.Errno == Errno.EOPNOTSUPP
            || (exception.Errno == Errno.EPERM && (!_isPrivileged || attribute.StartsWith("user.", StringComparison.Ordinal))))
        {
            // The file system has no such attributes (security.selinux), a user may not set this one, or it is a link or
            // device, which have no user.* ones.
        }
    }

    private SafeFileHandle OpenParent(string path)
    {
        if (path == _parentPath)
            return _parent;
        SafeFileHandle opened;
        if (path.Length == 0)
        {
            opened = _root;
        }
        else
        {
            opened = FileSystem.TryOpenIn(_root, path, OpenFlags.Directory) ?? MakeParents(path);
        }
        if (_parent != _root)
            _parent.Dispose();
        (_parent, _parentPath) = (opened, path);
        return opened;
    }

    /// <summary>Makes the directories that an archive leaves out.</summary>
    private SafeFileHandle MakeParents(string path, int links = 0)
    {
        if (FileSystem.LastError is not (Errno.ENOENT or Errno.ENOTDIR))
            throw LinuxException.FromLastError("openat2", path);
        var current = _root;
        var done = "";
        var parts = path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            var above = done;
            done = done.Length == 0 ? part : $"{done}/{part}";
            var next = FileSystem.TryOpenIn(_root, done, OpenFlags.Directory);
            if (next is null)
            {
                // A file or whiteout in the way was replaced by a directory.
                if (FileSystem.TryGetStatusAt(current, part, out var status) && !status.IsDirectory && !status.IsSymbolicLink)
                    FileSystem.RemoveFileAt(current, part);
                if (status.IsSymbolicLink)
                {
                    // A link to what this layer doesn't have: made where the link leads, which is inside the layer in any case.
                    var link = FileSystem.ReadLinkAt(current, part);
                    if (current != _root)
                        current.Dispose();
                    if (links == 40)
                        throw new LinuxException("openat2", path, Errno.ELOOP);
                    var target = link.StartsWith('/') ? link : $"{above}/{link}";
                    var rest = Normalize($"{target}/{string.Join('/', parts[(i + 1)..])}");
                    return rest.Length == 0 ? FileSystem.OpenAt(_root, ".", OpenFlags.Directory)
                        : FileSystem.TryOpenIn(_root, rest, OpenFlags.Directory) ?? MakeParents(rest, links + 1);
                }
                FileSystem.TryMakeDirectoryAt(current, part, 0x1ed);
                FileSystem.ChangeModeAt(current, part, 0x1ed);
                next = FileSystem.OpenAt(current, part, OpenFlags.Directory | OpenFlags.NoFollow);
                _isEmpty = false;
                _size += 4096;
            }
            if (current != _root)
                current.Dispose();
            current = next;
        }
        return current;
    }

    /// <returns>Without leading and trailing slashes and <c>.</c> components; empty for the root.</returns>
    private static string Normalize(string name)
    {
        if (name.Length > 0 && name[0] != '/' && name[^1] != '/' && !name.Contains("./", StringComparison.Ordinal)
            && !name.Contains("//", StringComparison.Ordinal) && !name.EndsWith("/.", StringComparison.Ordinal) && name is not ("." or ".."))
        {
            if (!name.EndsWith("/..", StringComparison.Ordinal))
                return name;
        }
        return TreePath.Clean(name)[1..];
    }

    private IOException Explain(LayerTarEntry entry, LinuxException exception)
    {
        if (exception.Errno == Errno.EINVAL && exception.Call.StartsWith("fchown", StringComparison.Ordinal) && !_isPrivileged)
        {
            return new IOException(
                $"\"{LinuxPath.ToDisplay(entry.Name)}\" belongs to {entry.Uid}:{entry.Gid}, which the user's subordinate ids do not cover: "
                + "widen this user's ranges in /etc/subuid and /etc/subgid (65536 ids are usual), or build as root", exception);
        }
        return new IOException($"cannot unpack \"{LinuxPath.ToDisplay(entry.Name)}\": {exception.Message}", exception);
    }
}
