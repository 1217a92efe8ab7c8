using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

/// <summary>
/// The kernel's file calls, relative to an open directory (null is the current directory; absolute paths ignore it). Names are
/// <see cref="LinuxPath"/> strings. What fails throws <see cref="LinuxException"/>; <c>Try…</c> returns false where the file
/// isn't there.
/// </summary>
public static unsafe partial class FileSystem
{
    /// <summary>Opens a file by a path that is trusted: its own, or a single name inside <paramref name="directory"/>.</summary>
    /// <param name="mode">Permissions of a file that is made; the process's umask applies.</param>
    public static SafeFileHandle OpenAt(SafeFileHandle? directory, string path, OpenFlags flags, uint mode = 0)
    {
        var handle = TryOpenAt(directory, path, flags, mode);
        return handle ?? throw LinuxException.FromLastError("openat", path);
    }

    /// <summary>As <see cref="OpenAt"/>; null on any error, which is in <see cref="LastError"/>.</summary>
    public static SafeFileHandle? TryOpenAt(SafeFileHandle? directory, string path, OpenFlags flags, uint mode = 0)
    {
        int file;
        do
            file = Libc.Openat(Libc.Number(directory), path, Libc.Native(flags), mode);
        while (file < 0 && LastError == Errno.EINTR);
        GC.KeepAlive(directory);
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    /// <summary>Opens a directory for reading and as the base of other calls.</summary>
    public static SafeFileHandle OpenDirectory(string path) => OpenAt(null, path, OpenFlags.Directory);

    /// <summary>
    /// Opens what an untrusted path names inside a directory. With <see cref="ResolveFlags.InRoot"/> links resolve as if the
    /// directory were <c>/</c>; nothing outside can be reached.
    /// </summary>
    public static SafeFileHandle OpenIn(
        SafeFileHandle root, string path, OpenFlags flags, ResolveFlags resolve = ResolveFlags.InRoot, uint mode = 0)
    {
        var handle = TryOpenIn(root, path, flags, resolve, mode);
        return handle ?? throw LinuxException.FromLastError("openat2", path);
    }

    /// <summary>As <see cref="OpenIn"/>; null on any error, which is in <see cref="LastError"/>.</summary>
    public static SafeFileHandle? TryOpenIn(
        SafeFileHandle root, string path, OpenFlags flags, ResolveFlags resolve = ResolveFlags.InRoot, uint mode = 0)
    {
        var how = new Libc.OpenHow
        {
            Flags = (uint)Libc.Native(flags),
            Mode = mode,
            Resolve = (ulong)(resolve | ResolveFlags.NoMagicLinks),
        };
        nint file;
        do
            file = Libc.SyscallOpenat2(Libc.SysOpenat2, Libc.Number(root), path, &how, sizeof(Libc.OpenHow));
        // EAGAIN: something was renamed while ".." was resolved.
        while (file < 0 && LastError is Errno.EINTR or Errno.EAGAIN);
        GC.KeepAlive(root);
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    /// <summary>The error of the last call on this thread that returned false or null.</summary>
    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>A path by which calls that take no descriptor reach an open file, also one opened with <see cref="OpenFlags.Path"/>.</summary>
    public static string GetMagicPath(SafeFileHandle handle) => $"/proc/self/fd/{(int)handle.DangerousGetHandle()}";

    /// <summary>Sets what is taken away from the permissions of new files, for the whole process; returns the old value.</summary>
    public static uint SetUmask(uint mask) => Libc.Umask(mask);
}
