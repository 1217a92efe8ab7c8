using Buildx.Linux;
using Buildx.Protocol.FileSync.Patterns;
using Buildx.Protocol.Fsutil;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Protocol.FileSync;

/// <summary>A directory of this machine, or the part of it that a filter leaves.</summary>
public sealed class DirectorySource : IFileSource, IDisposable
{
    private readonly SafeFileHandle _root;
    private readonly PatternMatcher? _include;
    private readonly PatternMatcher? _exclude;
    private readonly bool _resetOwner;

    private DirectorySource(SafeFileHandle root, FileFilter filter, bool resetOwner)
    {
        (_root, _resetOwner) = (root, resetOwner);
        (_include, _exclude) = filter.Compile(paths => new LinkFollower(root).Follow(paths));
    }

    /// <param name="path">The directory; may be a link to one.</param>
    /// <param name="resetOwner">Whether everything belongs to 0:0, as in a build context.</param>
    /// <exception cref="FormatException">A pattern of the filter is malformed.</exception>
    public static DirectorySource Open(string path, FileFilter filter, bool resetOwner)
    {
        var root = FileSystem.OpenDirectory(path);
        try
        {
            return new DirectorySource(root, filter, resetOwner);
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    public void Dispose() => _root.Dispose();

    /// <inheritdoc/>
    public Stream? OpenFile(string path)
    {
        var handle = FileSystem.TryOpenIn(_root, path, OpenFlags.NoFollow | OpenFlags.NonBlocking, ResolveFlags.Beneath | ResolveFlags.NoSymbolicLinks);
        if (handle is null)
        {
            return FileSystem.LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP
                ? null
                : throw LinuxException.FromLastError("openat2", path);
        }
        return new FileStream(handle, FileAccess.Read, bufferSize: 0);
    }

    /// <inheritdoc/>
    public IEnumerable<Stat> Walk(CancellationToken cancellationToken)
    {
        var firstNames = new Dictionary<(DeviceNumber, ulong), string>();
        var stack = new List<Level> { new(_root, null, "", default, default, null) };
        try
        {
            while (stack.Count > 0)
            {
                var level = stack[^1];
                if (!level.MoveNext())
                {
                    stack.RemoveAt(stack.Count - 1);
                    level.Close();
                    continue;
                }
                cancellationToken.ThrowIfCancellationRequested();
                var entry = level.Current;
                var path = level.Prefix + entry.Name;
                var status = default(FileStatus);
                var hasStatus = false;
                var isDirectory = entry.Type == FileType.Directory;
                if (entry.Type == FileType.Unknown)
                {
                    if (!FileSystem.TryGetStatusAt(level.Directory, entry.Name, out status))
                        continue;
                    (hasStatus, isDirectory) = (true, status.IsDirectory);
                }
                var decision = Decide(path, isDirectory, level, out var include, out var exclude);
                if (decision == Decision.SkipAll)
                    continue;
                Stat? stat = null;
                if (decision == Decision.Send || isDirectory)
                {
                    if (!hasStatus && !FileSystem.TryGetStatusAt(level.Directory, entry.Name, out status))
                        continue;
                    stat = Describe(level.Directory, entry.Name, path, status);
                    if (stat is null)
                        continue;
                }
                if (decision == Decision.Send)
                {
                    foreach (var parent in stack)
                    {
                        if (parent.TakePending() is { } pending)
                            yield return pending;
                    }
                    if (!isDirectory && !status.IsSymbolicLink && status.LinkCount > 1 && !firstNames.TryAdd((status.Device, status.Inode), path))
                        stat!.Linkname = firstNames[(status.Device, status.Inode)];
                    yield return stat!;
                }
                if (isDirectory && OpenLevel(level.Directory, entry.Name, path) is { } directory)
                    stack.Add(new Level(directory, directory, path + "/", include, exclude, decision == Decision.Send ? null : stat));
            }
        }
        finally
        {
            foreach (var level in stack)
                level.Close();
        }
    }

    private enum Decision
    {
        Send,

        /// <summary>Not this, but perhaps something below it.</summary>
        Skip,
        SkipAll,
    }

    private Decision Decide(string path, bool isDirectory, Level level, out ParentMatches include, out ParentMatches exclude)
    {
        (include, exclude) = (default, default);
        var skip = false;
        if (_include is not null)
        {
            var matched = isDirectory ? _include.IsMatch(path, level.Include, out include) : _include.IsMatch(path, level.Include);
            if (!matched)
            {
                if (!isDirectory || !_include.CanMatchBelow(path))
                    return Decision.SkipAll;
                skip = true;
            }
        }
        if (_exclude is not null)
        {
            var matched = isDirectory ? _exclude.IsMatch(path, level.Exclude, out exclude) : _exclude.IsMatch(path, level.Exclude);
            if (matched)
            {
                if (!isDirectory || !_exclude.CanExceptBelow(path))
                    return Decision.SkipAll;
                skip = true;
            }
        }
        return skip ? Decision.Skip : Decision.Send;
    }

    private static SafeFileHandle? OpenLevel(SafeFileHandle parent, string name, string path)
    {
        var handle = FileSystem.TryOpenAt(parent, name, OpenFlags.Directory | OpenFlags.NoFollow);
        if (handle is not null || FileSystem.LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
            return handle;
        throw LinuxException.FromLastError("openat", path);
    }

    /// <summary>Null when the file has vanished meanwhile.</summary>
    private Stat? Describe(SafeFileHandle directory, string name, string path, in FileStatus status)
    {
        var stat = new Stat
        {
            Path = path,
            // A socket travels as an empty file: that is what its receivers can make of it.
            Mode = GoFileMode.FromLinux(status.Mode) & ~GoFileMode.Socket,
            ModTime = status.ModifiedAt.UnixNanoseconds,
            Uid = _resetOwner ? 0 : status.Uid,
            Gid = _resetOwner ? 0 : status.Gid,
        };
        if (!status.IsDirectory)
            stat.Size = status.Size;
        if (status.Type is FileType.BlockDevice or FileType.CharacterDevice)
            (stat.Devmajor, stat.Devminor) = (status.SpecialDevice.Major, status.SpecialDevice.Minor);
        try
        {
            if (status.IsSymbolicLink)
                stat.Linkname = FileSystem.ReadLinkAt(directory, name);
            foreach (var attribute in ExtendedAttributes.ListAt(directory, name))
            {
                if (ExtendedAttributes.GetAt(directory, name, attribute) is { } value)
                    stat.Xattrs[attribute] = UnsafeByteOperations.UnsafeWrap(value);
            }
        }
        catch (LinuxException exception) when (exception.Errno is Errno.ENOENT)
        {
            return null;
        }
        return stat;
    }

    /// <summary>A directory whose entries are being visited.</summary>
    private sealed class Level(
        SafeFileHandle directory, SafeFileHandle? owned, string prefix, ParentMatches include, ParentMatches exclude, Stat? pending)
    {
        private readonly List<DirectoryEntry> _entries = ReadSorted(directory, prefix);
        private int _index = -1;
        private Stat? _pending = pending;

        public SafeFileHandle Directory => directory;

        public string Prefix => prefix;

        public ParentMatches Include => include;

        public ParentMatches Exclude => exclude;

        public DirectoryEntry Current => _entries[_index];

        public bool MoveNext() => ++_index < _entries.Count;

        /// <summary>The directory itself, if it is to be sent only now that something in it is.</summary>
        public Stat? TakePending() => Interlocked.Exchange(ref _pending, null);

        public void Close() => owned?.Dispose();

        private static List<DirectoryEntry> ReadSorted(SafeFileHandle directory, string prefix)
        {
            var entries = DirectoryReader.ReadAll(directory);
            entries.Sort(static (a, b) => RelativePath.CompareNames(a.Name, b.Name));
            foreach (var entry in entries)
            {
                if (!IsUnicode(entry.Name))
                    throw new FileSyncException($"The name of {LinuxPath.ToDisplay(prefix + entry.Name)} is not UTF-8 and can't be sent; rename the file or exclude its directory.");
            }
            return entries;
        }

        private static bool IsUnicode(string name)
        {
            for (var i = 0; i < name.Length; i++)
            {
                if (char.IsLowSurrogate(name[i]) && (i == 0 || !char.IsHighSurrogate(name[i - 1])))
                    return false;
            }
            return true;
        }
    }
}
