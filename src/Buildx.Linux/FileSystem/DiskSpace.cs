namespace Buildx.Linux;

/// <param name="Total">Bytes of the whole file system.</param>
/// <param name="Free">Bytes nobody uses.</param>
/// <param name="Available">Those of them an ordinary user may use.</param>
public readonly record struct DiskSpace(long Total, long Free, long Available)
{
    public static unsafe DiskSpace Of(string path)
    {
        Libc.StatfsBuffer buffer;
        if (Libc.Statfs(path, &buffer) < 0)
            throw LinuxException.FromLastError("statfs", path);
        return new DiskSpace(
            (long)buffer.Blocks * buffer.BlockSize, (long)buffer.FreeBlocks * buffer.BlockSize, (long)buffer.AvailableBlocks * buffer.BlockSize);
    }
}
