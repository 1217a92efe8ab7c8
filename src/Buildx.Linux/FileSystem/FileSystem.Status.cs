using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

public static unsafe partial class FileSystem
{
    private const uint BasicStatus = 0x7ff;

    public static FileStatus GetStatus(SafeFileHandle handle)
    {
        Libc.StatxBuffer buffer;
        byte empty = 0;
        var result = Libc.Statx(Libc.Number(handle), &empty, Libc.EmptyPath, BasicStatus, &buffer);
        GC.KeepAlive(handle);
        return result == 0 ? ToStatus(buffer) : throw LinuxException.FromLastError("statx", null);
    }

    /// <summary>Status of a path's last component itself (not of what a link points to, unless asked).</summary>
    public static FileStatus GetStatusAt(SafeFileHandle? directory, string path, bool followLink = false) =>
        TryGetStatusAt(directory, path, out var status, followLink) ? status : throw LinuxException.FromLastError("statx", path);

    /// <returns>False when there is no such file.</returns>
    public static bool TryGetStatusAt(SafeFileHandle? directory, string path, out FileStatus status, bool followLink = false)
    {
        Libc.StatxBuffer buffer;
        var result = Libc.Statx(Libc.Number(directory), path, followLink ? 0 : Libc.NoFollow, BasicStatus, &buffer);
        GC.KeepAlive(directory);
        if (result == 0)
        {
            status = ToStatus(buffer);
            return true;
        }
        status = default;
        return LastError is Errno.ENOENT or Errno.ENOTDIR ? false : throw LinuxException.FromLastError("statx", path);
    }

    /// <summary>As <see cref="GetStatusAt"/> for a name as bytes, e.g. from a <see cref="DirectoryReader"/>.</summary>
    /// <param name="name">Ends with a zero byte.</param>
    public static bool TryGetStatusAt(SafeFileHandle directory, ReadOnlySpan<byte> name, out FileStatus status)
    {
        if (name.IsEmpty || name[^1] != 0)
            throw new ArgumentException("the name must end with a zero byte", nameof(name));
        Libc.StatxBuffer buffer;
        int result;
        fixed (byte* pointer = name)
            result = Libc.Statx(Libc.Number(directory), pointer, Libc.NoFollow, BasicStatus, &buffer);
        GC.KeepAlive(directory);
        if (result == 0)
        {
            status = ToStatus(buffer);
            return true;
        }
        status = default;
        return LastError is Errno.ENOENT ? false : throw LinuxException.FromLastError("statx", LinuxPath.GetString(name[..^1]));
    }

    public static string ReadLinkAt(SafeFileHandle? directory, string path)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            nint length;
            fixed (byte* pointer = buffer)
                length = Libc.Readlinkat(Libc.Number(directory), path, pointer, buffer.Length);
            GC.KeepAlive(directory);
            return length >= 0
                ? LinuxPath.GetString(buffer.AsSpan(0, (int)length))
                : throw LinuxException.FromLastError("readlinkat", path);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FileStatus ToStatus(in Libc.StatxBuffer buffer) => new(
        new DeviceNumber(buffer.DeviceMajor, buffer.DeviceMinor),
        buffer.Inode,
        buffer.Mode,
        buffer.LinkCount,
        buffer.Uid,
        buffer.Gid,
        new DeviceNumber(buffer.SpecialMajor, buffer.SpecialMinor),
        (long)buffer.Size,
        (long)buffer.Blocks,
        new FileTime(buffer.ModifiedAt.Seconds, (int)buffer.ModifiedAt.Nanoseconds),
        new FileTime(buffer.ChangedAt.Seconds, (int)buffer.ChangedAt.Nanoseconds),
        new FileTime(buffer.AccessedAt.Seconds, (int)buffer.AccessedAt.Nanoseconds));
}
