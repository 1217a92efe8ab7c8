using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Trees;

/// <summary>
/// Resolves paths inside a tree whose root is an open directory. Symbolic links resolve as if that directory were <c>/</c>;
/// the kernel makes sure of it.
/// </summary>
internal static class TreeResolver
{
    private const int MaxLinks = 40;
    private const ResolveFlags Plain = ResolveFlags.InRoot | ResolveFlags.NoSymbolicLinks;

    /// <summary>The path with all links in it resolved, clean and absolute inside the tree; null if there is no such file.</summary>
    /// <param name="followLast">Whether the last component is resolved too when it is a link.</param>
    public static string? Resolve(SafeFileHandle root, string path, bool followLast)
    {
        // Textual cleaning first: "a/.." is "." even where "a" is missing, as Dockerfiles have always meant it.
        path = TreePath.Clean(path);
        if (path == "/")
            return "/";
        using var handle = FileSystem.TryOpenIn(root, path, OpenFlags.Path | (followLast ? 0 : OpenFlags.NoFollow));
        if (handle is null)
        {
            return FileSystem.LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP
                ? null
                : throw LinuxException.FromLastError("openat2", path);
        }
        return PathOf(root, handle);
    }

    /// <summary>
    /// As <see cref="Resolve"/> for a path whose end may not exist yet: links in the existing part are resolved, also those
    /// that point to nothing.
    /// </summary>
    public static string ResolveNew(SafeFileHandle root, string path)
    {
        path = TreePath.Clean(path);
        for (var links = 0; links <= MaxLinks; links++)
        {
            if (Resolve(root, path, followLast: true) is { } resolved)
                return resolved;
            var (existing, missing) = SplitAtExisting(root, path);
            var next = TreePath.Join(existing, missing[0]);
            using var handle = FileSystem.TryOpenIn(root, next, OpenFlags.Path | OpenFlags.NoFollow, Plain);
            if (handle is null)
                return TreePath.Join(existing, string.Join('/', missing));
            var status = FileSystem.GetStatus(handle);
            if (!status.IsSymbolicLink)
                throw new LinuxException("openat2", next, Errno.ENOTDIR);
            var target = FileSystem.ReadLinkAt(handle, "");
            var rest = string.Join('/', missing.Skip(1));
            // A link's ".." is relative to where the link really is, so textual cleaning is right here.
            path = TreePath.Clean(target.StartsWith('/') ? $"{target}/{rest}" : $"{existing}/{target}/{rest}");
        }
        throw new LinuxException("openat2", path, Errno.ELOOP);
    }

    /// <summary>Opens a path that has no links in it any more.</summary>
    public static SafeFileHandle OpenPlain(SafeFileHandle root, string path, OpenFlags flags) =>
        FileSystem.OpenIn(root, Relative(path), flags | OpenFlags.NoFollow, Plain);

    /// <summary>As <see cref="OpenPlain"/>; null when it isn't there (any more).</summary>
    public static SafeFileHandle? TryOpenPlain(SafeFileHandle root, string path, OpenFlags flags)
    {
        var handle = FileSystem.TryOpenIn(root, Relative(path), flags | OpenFlags.NoFollow, Plain);
        if (handle is null && FileSystem.LastError is not (Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP))
            throw LinuxException.FromLastError("openat2", path);
        return handle;
    }

    /// <summary>Status of a path that has no links in it, itself possibly a link; null when it isn't there.</summary>
    public static FileStatus? GetStatus(SafeFileHandle root, string path)
    {
        using var handle = TryOpenPlain(root, path, OpenFlags.Path);
        return handle is null ? null : FileSystem.GetStatus(handle);
    }

    private static string Relative(string path) => path is "/" or "" ? "." : path;

    private static (string Existing, string[] Missing) SplitAtExisting(SafeFileHandle root, string path)
    {
        var parts = TreePath.Split(path);
        for (var count = parts.Length - 1; count > 0; count--)
        {
            if (Resolve(root, "/" + string.Join('/', parts, 0, count), followLast: true) is { } existing)
                return (existing, parts[count..]);
        }
        return ("/", parts);
    }

    private static string PathOf(SafeFileHandle root, SafeFileHandle handle)
    {
        var top = FileSystem.ReadLinkAt(null, FileSystem.GetMagicPath(root));
        var full = FileSystem.ReadLinkAt(null, FileSystem.GetMagicPath(handle));
        if (full == top)
            return "/";
        if (top == "/")
            return full;
        return full.StartsWith(top, StringComparison.Ordinal) && full.Length > top.Length && full[top.Length] == '/'
            ? full[top.Length..]
            // It was renamed or removed between the two calls.
            : throw new LinuxException("readlink", full, Errno.ESTALE);
    }
}
