using Buildx.Linux;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;

namespace Buildx.Engine.Trees;

/// <summary>Single files of a tree, by paths that come from outside: links resolve inside the tree only.</summary>
internal static class TreeLookup
{
    /// <summary>The real path, in the engine's mount namespace, of what a path inside the tree names; null when there is nothing.</summary>
    public static string? FindRealPath(string root, string path)
    {
        using var directory = FileSystem.OpenDirectory(root);
        using var found = FileSystem.TryOpenIn(directory, Relative(path), OpenFlags.Path);
        if (found is null)
            return NothingThere(path);
        return File.ResolveLinkTarget(FileSystem.GetMagicPath(found), returnFinalTarget: false)?.FullName;
    }

    /// <summary>A file's content; null when there is no such file.</summary>
    /// <exception cref="InvalidDataException">Larger than <paramref name="limit"/>, or not a regular file.</exception>
    public static byte[]? ReadFile(string root, string path, int limit) => Read(root, path, 0, limit, mustFit: true);

    /// <summary>How a file begins; null when there is no such file.</summary>
    public static byte[]? ReadStart(string root, string path, int length) => Read(root, path, 0, length, mustFit: false);

    /// <summary>Part of a file, however large it is, empty beyond its end; null when there is no such file.</summary>
    public static byte[]? ReadPart(string root, string path, long offset, int length) => Read(root, path, offset, length, mustFit: false);

    private static byte[]? Read(string root, string path, long offset, int limit, bool mustFit)
    {
        using var directory = FileSystem.OpenDirectory(root);
        // Not blocking: the path may name a pipe that nobody writes.
        using var file = FileSystem.TryOpenIn(directory, Relative(path), OpenFlags.NonBlocking);
        if (file is null)
        {
            NothingThere(path);
            return null;
        }
        var status = FileSystem.GetStatus(file);
        if (!status.IsRegular)
            throw new InvalidDataException($"{path} is not a regular file");
        if (status.Size > limit && mustFit)
            throw new InvalidDataException($"{path} is larger than {limit >> 20} MB");
        var content = new byte[Math.Clamp(status.Size - offset, 0, limit)];
        var length = 0;
        while (length < content.Length && RandomAccess.Read(file, content.AsSpan(length), offset + length) is > 0 and var count)
            length += count;
        return content[..length];
    }

    /// <summary>Names in a directory, sorted; null when there is no such directory.</summary>
    public static IReadOnlyList<string>? ReadDirectory(string root, string path)
    {
        using var directory = FileSystem.OpenDirectory(root);
        using var found = FileSystem.TryOpenIn(directory, Relative(path), OpenFlags.Directory);
        if (found is null)
        {
            NothingThere(path);
            return null;
        }
        return [.. DirectoryReader.ReadAll(found).Select(entry => entry.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>What file sync would tell about one file, itself and not what a link points to; null when there is nothing.</summary>
    public static Stat? Describe(string root, string path)
    {
        using var directory = FileSystem.OpenDirectory(root);
        using var parent = FileSystem.TryOpenIn(directory, Relative(TreePath.ParentOf(TreePath.Clean(path))), OpenFlags.Path | OpenFlags.Directory);
        if (parent is null)
        {
            NothingThere(path);
            return null;
        }
        var name = TreePath.NameOf(TreePath.Clean(path));
        if (!FileSystem.TryGetStatusAt(parent, name.Length > 0 ? name : ".", out var status))
            return null;
        return new Stat
        {
            Path = name,
            Mode = GoFileMode.FromLinux(status.Mode),
            Uid = status.Uid,
            Gid = status.Gid,
            Size = status.IsRegular ? status.Size : 0,
            ModTime = (status.ModifiedAt.Seconds * 1_000_000_000) + status.ModifiedAt.Nanoseconds,
            Linkname = status.IsSymbolicLink ? FileSystem.ReadLinkAt(parent, name) : "",
        };
    }

    /// <summary>The same of what the path leads to, links followed inside the tree; null when there is nothing.</summary>
    public static Stat? DescribeTarget(string root, string path)
    {
        using var directory = FileSystem.OpenDirectory(root);
        return TreeResolver.Resolve(directory, TreePath.Clean(path), followLast: true) is { } target ? Describe(root, target) : null;
    }

    private static string? NothingThere(string path) =>
        FileSystem.LastError is Errno.ENOENT or Errno.ENOTDIR ? null : throw LinuxException.FromLastError("openat2", path);

    private static string Relative(string path) => path.Trim('/') is { Length: > 0 } relative ? relative : ".";
}
