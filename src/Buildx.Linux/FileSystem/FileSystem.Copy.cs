using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

public static unsafe partial class FileSystem
{
    private const nuint CloneRequest = 0x40049409;

    /// <summary>Shares the blocks of a whole file (XFS, Btrfs, …).</summary>
    /// <returns>False where the file system can't.</returns>
    public static bool TryClone(SafeFileHandle source, SafeFileHandle target)
    {
        var result = Libc.Ioctl(Libc.Number(target), CloneRequest, Libc.Number(source));
        GC.KeepAlive(source);
        GC.KeepAlive(target);
        if (result == 0)
            return true;
        return LastError is Errno.EOPNOTSUPP or Errno.EXDEV or Errno.EINVAL or Errno.ENOTTY or Errno.EPERM or Errno.ENOSYS or Errno.ETXTBSY
            ? false
            : throw LinuxException.FromLastError("ioctl(FICLONE)", null);
    }

    /// <summary>
    /// Copies a regular file's content from its start to its end, as it is then, into an empty file: shared blocks where the
    /// file system has them, else inside the kernel, else through memory.
    /// </summary>
    /// <returns>Bytes copied.</returns>
    public static long CopyContent(SafeFileHandle source, SafeFileHandle target, CancellationToken cancellationToken = default)
    {
        var size = RandomAccess.GetLength(source);
        return size > 0 && TryClone(source, target)
            ? RandomAccess.GetLength(target)
            : CopyBytes(source, target, size, cancellationToken);
    }

    /// <summary>As <see cref="CopyContent"/> without shared blocks, for those who know the size.</summary>
    /// <param name="size">What the source's status says: copying ends there. 0 where that says nothing, as in /proc: copies all there is.</param>
    /// <returns>Bytes copied: fewer than <paramref name="size"/> when the file became shorter.</returns>
    public static long CopyBytes(SafeFileHandle source, SafeFileHandle target, long size, CancellationToken cancellationToken = default)
    {
        const long largest = 16 * 1024 * 1024;
        long sourceOffset = 0, targetOffset = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var wanted = (nint)(size > 0 ? Math.Min(size - sourceOffset, largest) : largest);
            var copied = Libc.CopyFileRange(Libc.Number(source), &sourceOffset, Libc.Number(target), &targetOffset, wanted, 0);
            if (copied > 0 && sourceOffset == size)
                break;
            if (copied == 0 && (sourceOffset > 0 || size == 0))
                break;
            if (copied > 0)
                continue;
            if (copied < 0 && LastError == Errno.EINTR)
                continue;
            if (copied < 0 && LastError is not (Errno.EXDEV or Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM or Errno.EIO))
                throw LinuxException.FromLastError("copy_file_range", null);
            // 0 at the very start of a file that has a size: a file system that can't and doesn't say so.
            targetOffset = CopyThroughMemory(source, target, sourceOffset, cancellationToken);
            break;
        }
        GC.KeepAlive(source);
        GC.KeepAlive(target);
        return targetOffset;
    }

    private static long CopyThroughMemory(SafeFileHandle source, SafeFileHandle target, long offset, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = RandomAccess.Read(source, buffer, offset);
                if (read == 0)
                    return offset;
                RandomAccess.Write(target, buffer.AsSpan(0, read), offset);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
