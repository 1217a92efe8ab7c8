using Buildx.Linux;
using Buildx.Protocol.Fsutil;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Protocol.FileSync;

/// <summary>
/// Writes what comes into a directory (the client's end of a <c>local</c> export): over what is there, files replaced as a whole.
/// Everything belongs to the user who runs the process.
/// </summary>
public sealed class DirectoryTarget : IFileSyncTarget, IDisposable
{
    private readonly string _path;
    private readonly bool _deleteOthers;
    private readonly SafeFileHandle _root;
    private readonly List<(string Path, FileTime Time)> _directoryTimes = [];
    private readonly List<(string Path, string Target)> _hardLinks = [];
    private string? _parentPath;
    private SafeFileHandle? _parent;

    private DirectoryTarget(string path, bool deleteOthers)
    {
        (_path, _deleteOthers) = (path, deleteOthers);
        Directory.CreateDirectory(path);
        _root = FileSystem.OpenDirectory(path);
    }

    /// <summary>Opens a directory, and makes it if it is not there.</summary>
    /// <param name="deleteOthers">Whether what the sender doesn't have is deleted.</param>
    public static DirectoryTarget Open(string path, bool deleteOthers = false) => new(path, deleteOthers);

    /// <inheritdoc/>
    public IEnumerable<string> ExistingPaths => _deleteOthers ? ListExisting() : [];

    public void Dispose()
    {
        _parent?.Dispose();
        _root.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        FileSystem.RemoveTreeAt(OpenParent(path), Name(path));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> AddAsync(Stat stat, CancellationToken cancellationToken)
    {
        var parent = OpenParent(stat.Path);
        var name = Name(stat.Path);
        var type = GoFileMode.ToFileType(stat.Mode);
        var exists = FileSystem.TryGetStatusAt(parent, name, out var existing);
        if (type == FileType.Regular && stat.Linkname.Length == 0)
        {
            if (exists && existing.IsDirectory)
                FileSystem.RemoveTreeAt(parent, name);
            return ValueTask.FromResult(true);
        }
        if (exists && !(type == FileType.Directory && existing.IsDirectory))
        {
            FileSystem.RemoveTreeAt(parent, name);
            exists = false;
        }
        var time = FileTime.FromUnixNanoseconds(stat.ModTime);
        switch (type)
        {
            case FileType.Directory:
                if (!exists)
                    FileSystem.MakeDirectoryAt(parent, name, 0x1c0);
                FileSystem.ChangeModeAt(parent, name, GoFileMode.ToLinuxPermissions(stat.Mode));
                _directoryTimes.Add((stat.Path, time));
                return ValueTask.FromResult(false);
            case FileType.SymbolicLink:
                FileSystem.MakeSymbolicLinkAt(stat.Linkname, parent, name);
                break;
            case FileType.Regular:
                // The other name's content may still be on its way.
                _hardLinks.Add((stat.Path, stat.Linkname));
                return ValueTask.FromResult(false);
            default:
                FileSystem.MakeNodeAt(parent, name, type, GoFileMode.ToLinuxPermissions(stat.Mode), new DeviceNumber((uint)stat.Devmajor, (uint)stat.Devminor));
                break;
        }
        FileSystem.SetTimesAt(parent, name, null, time);
        return ValueTask.FromResult(false);
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenFileAsync(Stat stat, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream>(new NewFile(OpenDirectory(RelativePath.Parent(stat.Path).ToString())));

    /// <inheritdoc/>
    public ValueTask CompleteFileAsync(Stat stat, Stream content, CancellationToken cancellationToken)
    {
        using var file = (NewFile)content;
        file.Keep(Name(stat.Path), GoFileMode.ToLinuxPermissions(stat.Mode), FileTime.FromUnixNanoseconds(stat.ModTime));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, target) in _hardLinks)
        {
            using var directory = OpenDirectory(RelativePath.Parent(target).ToString());
            FileSystem.MakeHardLinkAt(directory, Name(target), OpenParent(path), Name(path));
        }
        for (var i = _directoryTimes.Count - 1; i >= 0; i--)
        {
            var (path, time) = _directoryTimes[i];
            FileSystem.SetTimesAt(OpenParent(path), Name(path), null, time);
        }
        return ValueTask.CompletedTask;
    }

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Entries come directory by directory, so the last one opened is nearly always the right one.</summary>
    private SafeFileHandle OpenParent(string path)
    {
        var parent = RelativePath.Parent(path);
        if (_parent is not null && parent.SequenceEqual(_parentPath))
            return _parent;
        _parent?.Dispose();
        _parentPath = parent.ToString();
        return _parent = OpenDirectory(_parentPath);
    }

    // Links that the user has put there may be followed, as long as they stay inside.
    private SafeFileHandle OpenDirectory(string path) =>
        FileSystem.OpenIn(_root, path.Length == 0 ? "." : path, OpenFlags.Directory, ResolveFlags.Beneath);

    private IEnumerable<string> ListExisting()
    {
        using var source = DirectorySource.Open(_path, FileFilter.All, resetOwner: false);
        // A list beforehand: the tree changes under the walk.
        return [.. source.Walk(CancellationToken.None).Select(stat => stat.Path)];
    }
}
