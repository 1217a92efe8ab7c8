using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

public static unsafe partial class FileSystem
{
    private const uint RenameNoReplace = 1;
    private const long OmitTime = 0x3ffffffe;

    public static void MakeDirectoryAt(SafeFileHandle? directory, string path, uint mode)
    {
        if (!TryMakeDirectoryAt(directory, path, mode))
            throw new LinuxException("mkdirat", path, Errno.EEXIST);
    }

    /// <returns>False when something is there already.</returns>
    public static bool TryMakeDirectoryAt(SafeFileHandle? directory, string path, uint mode)
    {
        var result = Libc.Mkdirat(Libc.Number(directory), path, mode);
        GC.KeepAlive(directory);
        if (result == 0)
            return true;
        return LastError == Errno.EEXIST ? false : throw LinuxException.FromLastError("mkdirat", path);
    }

    /// <summary>Makes a device, pipe, socket or empty file.</summary>
    public static void MakeNodeAt(SafeFileHandle? directory, string path, FileType type, uint permissions, DeviceNumber device = default)
    {
        var result = Libc.Mknodat(Libc.Number(directory), path, (uint)type | permissions, device.Value);
        GC.KeepAlive(directory);
        Check(result, "mknodat", path);
    }

    public static void MakeSymbolicLinkAt(string target, SafeFileHandle? directory, string path)
    {
        var result = Libc.Symlinkat(target, Libc.Number(directory), path);
        GC.KeepAlive(directory);
        Check(result, "symlinkat", path);
    }

    /// <summary>Gives a file one more name. A symbolic link gets the name itself.</summary>
    public static void MakeHardLinkAt(SafeFileHandle? directory, string path, SafeFileHandle? newDirectory, string newPath)
    {
        var result = Libc.Linkat(Libc.Number(directory), path, Libc.Number(newDirectory), newPath, 0);
        GC.KeepAlive(directory);
        GC.KeepAlive(newDirectory);
        Check(result, "linkat", newPath);
    }

    /// <returns>False when there was no such file.</returns>
    public static bool RemoveFileAt(SafeFileHandle? directory, string path) => Remove(directory, path, 0);

    /// <summary>Removes an empty directory.</summary>
    /// <returns>False when there was no such directory.</returns>
    public static bool RemoveEmptyDirectoryAt(SafeFileHandle? directory, string path) => Remove(directory, path, Libc.RemoveDirectory);

    /// <param name="replace">Whether what has the new name already is replaced; if not, the call fails with EEXIST.</param>
    public static void RenameAt(
        SafeFileHandle? directory, string path, SafeFileHandle? newDirectory, string newPath, bool replace = true)
    {
        var result = Libc.Renameat2(
            Libc.Number(directory), path, Libc.Number(newDirectory), newPath, replace ? 0 : RenameNoReplace);
        GC.KeepAlive(directory);
        GC.KeepAlive(newDirectory);
        Check(result, "renameat2", path);
    }

    /// <summary>Changes the owner of a path's last component itself.</summary>
    public static void ChangeOwnerAt(SafeFileHandle? directory, string path, uint uid, uint gid)
    {
        var result = Libc.Fchownat(Libc.Number(directory), path, uid, gid, Libc.NoFollow);
        GC.KeepAlive(directory);
        Check(result, "fchownat", path);
    }

    public static void ChangeOwner(SafeFileHandle handle, uint uid, uint gid)
    {
        var result = Libc.Fchown(Libc.Number(handle), uid, gid);
        GC.KeepAlive(handle);
        Check(result, "fchown", null);
    }

    /// <summary>Changes permissions; follows a symbolic link, so make sure that the name isn't one.</summary>
    public static void ChangeModeAt(SafeFileHandle? directory, string path, uint permissions)
    {
        var result = Libc.Fchmodat(Libc.Number(directory), path, permissions, 0);
        GC.KeepAlive(directory);
        Check(result, "fchmodat", path);
    }

    public static void ChangeMode(SafeFileHandle handle, uint permissions)
    {
        var result = Libc.Fchmod(Libc.Number(handle), permissions);
        GC.KeepAlive(handle);
        Check(result, "fchmod", null);
    }

    /// <summary>Sets the times of a path's last component itself; null leaves a time as it is.</summary>
    public static void SetTimesAt(SafeFileHandle? directory, string path, FileTime? accessed, FileTime? modified)
    {
        var times = stackalloc Libc.TimeSpec[2] { ToTimeSpec(accessed), ToTimeSpec(modified) };
        var result = Libc.Utimensat(Libc.Number(directory), path, times, Libc.NoFollow);
        GC.KeepAlive(directory);
        Check(result, "utimensat", path);
    }

    public static void SetTimes(SafeFileHandle handle, FileTime? accessed, FileTime? modified)
    {
        var times = stackalloc Libc.TimeSpec[2] { ToTimeSpec(accessed), ToTimeSpec(modified) };
        var result = Libc.Futimens(Libc.Number(handle), times);
        GC.KeepAlive(handle);
        Check(result, "futimens", null);
    }

    /// <summary>Writes everything, at the descriptor's own position: for files and pipes without a <see cref="Stream"/> around them.</summary>
    public static void Write(SafeFileHandle handle, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            nint written;
            fixed (byte* pointer = data)
                written = Libc.Write(Libc.Number(handle), pointer, data.Length);
            GC.KeepAlive(handle);
            if (written < 0 && LastError == Errno.EINTR)
                continue;
            if (written < 0)
                throw LinuxException.FromLastError("write", null);
            data = data[(int)written..];
        }
    }

    /// <summary>Waits until a file, or a directory's entries, are on the disk.</summary>
    public static void Sync(SafeFileHandle handle)
    {
        var result = Libc.Fsync(Libc.Number(handle));
        GC.KeepAlive(handle);
        Check(result, "fsync", null);
    }

    /// <summary>Waits until everything of the file system that holds this file is on the disk.</summary>
    public static void SyncFileSystem(SafeFileHandle handle)
    {
        var result = Libc.Syncfs(Libc.Number(handle));
        GC.KeepAlive(handle);
        Check(result, "syncfs", null);
    }

    private static bool Remove(SafeFileHandle? directory, string path, int flags)
    {
        var result = Libc.Unlinkat(Libc.Number(directory), path, flags);
        GC.KeepAlive(directory);
        if (result == 0)
            return true;
        return LastError == Errno.ENOENT ? false : throw LinuxException.FromLastError("unlinkat", path);
    }

    private static Libc.TimeSpec ToTimeSpec(FileTime? time) => time is { } value
        ? new Libc.TimeSpec { Seconds = value.Seconds, Nanoseconds = value.Nanoseconds }
        : new Libc.TimeSpec { Nanoseconds = OmitTime };

    private static void Check(int result, string call, string? path)
    {
        if (result < 0)
            throw LinuxException.FromLastError(call, path);
    }
}
