using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Sources.Local;

/// <summary>
/// Makes a directory the same as the one that is received. Asks only for files whose size, times, mode, owner or link differ;
/// new content is written beside and moved into place, so that a transfer that breaks off leaves no half file.
/// </summary>
internal sealed class MirrorTarget : IFileSyncTarget, IDisposable
{
    private const uint DirectoryMode = 0x1ed; // 0755
    private const uint SymbolicLinkMode = 0x1ff;

    private readonly SafeFileHandle _root;
    private readonly bool _transferAll;
    private readonly Dictionary<string, Existing> _existing = [];
    private readonly List<string> _existingOrder = [];
    private readonly List<(string Path, FileTime Time)> _directories = [];
    private readonly List<(string Path, Stat Stat)> _hardLinks = [];
    private readonly HashSet<string> _changed = [];
    private readonly string _temporaryPrefix = $".transfer-{Guid.NewGuid():N}-";
    private readonly SafeFileHandle _temporary;
    private int _nextTemporary;

    private MirrorTarget(SafeFileHandle root, SafeFileHandle temporary, bool transferAll)
    {
        _root = root;
        _temporary = temporary;
        _transferAll = transferAll;
    }

    public IEnumerable<string> ExistingPaths => _existingOrder;

    /// <summary>Whether anything had to be changed.</summary>
    public bool HasChanges { get; private set; }

    public static MirrorTarget Open(FileTree tree, bool transferAll, CancellationToken cancellationToken)
    {
        var directory = TreePath.ParentOf(tree.Root);
        var temporary = FileSystem.OpenDirectory(directory);
        // Only a new one: any other change would show in the tree's generation.
        if (FileSystem.TryMakeDirectoryAt(temporary, TreePath.NameOf(tree.Root), DirectoryMode))
            FileSystem.ChangeModeAt(temporary, TreePath.NameOf(tree.Root), DirectoryMode);
        // Left by a transfer that was killed.
        foreach (var entry in DirectoryReader.ReadAll(temporary))
        {
            if (entry.Name.StartsWith(".transfer-", StringComparison.Ordinal))
                FileSystem.RemoveFileAt(temporary, entry.Name);
        }
        var target = new MirrorTarget(FileSystem.OpenDirectory(tree.Root), temporary, transferAll);
        if (new TreeScanner(target._root, tree, null).Scan("/", cancellationToken) is { } top)
            target.Remember(top, "", []);
        return target;
    }

    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var parent = TreeResolver.TryOpenPlain(_root, ParentOf(path), OpenFlags.Directory);
        // Something above it may have been replaced already.
        if (parent is not null && FileSystem.RemoveTreeAt(parent, TreePath.NameOf(path)))
            MarkChanged(path);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> AddAsync(Stat stat, CancellationToken cancellationToken)
    {
        var type = GoFileMode.ToFileType(stat.Mode);
        if (type == FileType.Unknown)
            throw new FileSyncException($"\"{stat.Path}\" is of a kind that cannot be transferred (mode {stat.Mode:x}).");
        var exists = _existing.TryGetValue(stat.Path, out var existing);
        var isHardLink = type == FileType.Regular && stat.Linkname.Length > 0;
        if (type == FileType.Directory)
            _directories.Add((stat.Path, FileTime.FromUnixNanoseconds(stat.ModTime)));
        if (exists && IsSame(existing!, stat, type, isHardLink) && !(_transferAll && type == FileType.Regular && !isHardLink))
            return ValueTask.FromResult(false);

        MarkChanged(stat.Path);
        _changed.Add(stat.Path);
        using var parent = OpenParent(stat.Path);
        var name = TreePath.NameOf(stat.Path);
        if (type == FileType.Directory)
        {
            if (exists && !existing!.Status.IsDirectory)
                FileSystem.RemoveFileAt(parent, name);
            FileSystem.TryMakeDirectoryAt(parent, name, 0x1c0);
            SetOwnerAndMode(parent, name, stat, type);
            return ValueTask.FromResult(false);
        }
        if (exists && existing!.Status.IsDirectory)
            FileSystem.RemoveTreeAt(parent, name);
        if (isHardLink)
        {
            // The file it links to may still be on its way.
            _hardLinks.Add((stat.Path, stat));
            return ValueTask.FromResult(false);
        }
        if (type == FileType.Regular)
            return ValueTask.FromResult(true);
        FileSystem.RemoveTreeAt(parent, name);
        if (type == FileType.SymbolicLink)
            FileSystem.MakeSymbolicLinkAt(stat.Linkname, parent, name);
        else
            FileSystem.MakeNodeAt(parent, name, type, 0x180, new DeviceNumber((uint)stat.Devmajor, (uint)stat.Devminor));
        SetOwnerAndMode(parent, name, stat, type);
        var time = FileTime.FromUnixNanoseconds(stat.ModTime);
        FileSystem.SetTimesAt(parent, name, time, time);
        return ValueTask.FromResult(false);
    }

    public ValueTask<Stream> OpenFileAsync(Stat stat, CancellationToken cancellationToken)
    {
        var name = _temporaryPrefix + _nextTemporary++;
        var handle = FileSystem.OpenAt(
            _temporary, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180);
        return ValueTask.FromResult<Stream>(new IncomingFile(_temporary, name, handle));
    }

    public ValueTask CompleteFileAsync(Stat stat, Stream content, CancellationToken cancellationToken)
    {
        using var file = (IncomingFile)content;
        var handle = file.SafeFileHandle;
        FileSystem.ChangeOwner(handle, stat.Uid, stat.Gid);
        FileSystem.ChangeMode(handle, GoFileMode.ToLinuxPermissions(stat.Mode));
        foreach (var (name, value) in stat.Xattrs)
        {
            if (ContentAttributes.IsContent(name))
                ContentAttributes.TrySet(handle, name, value.Span);
        }
        var time = FileTime.FromUnixNanoseconds(stat.ModTime);
        FileSystem.SetTimes(handle, time, time);
        using var parent = OpenParent(stat.Path);
        file.MoveTo(parent, TreePath.NameOf(stat.Path));
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, stat) in _hardLinks)
        {
            using var source = OpenParent(stat.Linkname);
            using var parent = OpenParent(path);
            var name = TreePath.NameOf(path);
            FileSystem.RemoveFileAt(parent, name);
            FileSystem.MakeHardLinkAt(source, TreePath.NameOf(stat.Linkname), parent, name);
        }
        for (var i = _directories.Count - 1; i >= 0; i--)
        {
            var (path, time) = _directories[i];
            if (!_changed.Contains(path) && _existing.TryGetValue(path, out var existing) && existing.Status.ModifiedAt == time)
                continue;
            using var handle = TreeResolver.TryOpenPlain(_root, path, OpenFlags.Directory);
            if (handle is not null)
                FileSystem.SetTimes(handle, time, time);
        }
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _root.Dispose();
        _temporary.Dispose();
    }

    private bool IsSame(Existing existing, Stat stat, FileType type, bool isHardLink)
    {
        var status = existing.Status;
        if (status.Type != type)
            return false;
        if (isHardLink)
            return existing.LinkTarget == stat.Linkname && !_changed.Contains(stat.Linkname);
        var permissions = type == FileType.SymbolicLink ? SymbolicLinkMode : GoFileMode.ToLinuxPermissions(stat.Mode);
        if (status.Permissions != permissions || status.Uid != stat.Uid || status.Gid != stat.Gid)
            return false;
        if (type == FileType.Directory)
            return true;
        return status.ModifiedAt == FileTime.FromUnixNanoseconds(stat.ModTime)
            && (type != FileType.Regular || status.Size == stat.Size)
            && (existing.LinkTarget ?? "") == stat.Linkname
            && (type is not (FileType.CharacterDevice or FileType.BlockDevice)
                || status.SpecialDevice == new DeviceNumber((uint)stat.Devmajor, (uint)stat.Devminor));
    }

    private void Remember(TreeEntry directory, string path, Dictionary<ulong, string> firstNames)
    {
        foreach (var entry in directory.Children!)
        {
            var child = path.Length == 0 ? entry.Name : path + "/" + entry.Name;
            var link = entry.LinkTarget;
            if (entry.Status is { IsRegular: true, LinkCount: > 1 } && !firstNames.TryAdd(entry.Status.Inode, child))
                link = firstNames[entry.Status.Inode];
            _existing.Add(child, new Existing(entry.Status, link));
            _existingOrder.Add(child);
            if (entry.Children is not null)
                Remember(entry, child, firstNames);
        }
    }

    private void MarkChanged(string path)
    {
        HasChanges = true;
        // Its directory's time changes with it.
        _changed.Add(ParentOf(path));
    }

    private SafeFileHandle OpenParent(string path) => TreeResolver.OpenPlain(_root, ParentOf(path), OpenFlags.Directory);

    private static void SetOwnerAndMode(SafeFileHandle parent, string name, Stat stat, FileType type)
    {
        FileSystem.ChangeOwnerAt(parent, name, stat.Uid, stat.Gid);
        if (type != FileType.SymbolicLink)
            FileSystem.ChangeModeAt(parent, name, GoFileMode.ToLinuxPermissions(stat.Mode));
    }

    private static string ParentOf(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    private sealed record Existing(FileStatus Status, string? LinkTarget);
}
