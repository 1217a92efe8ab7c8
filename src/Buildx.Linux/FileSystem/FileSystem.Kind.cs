namespace Buildx.Linux;

public static unsafe partial class FileSystem
{
    /// <summary>The kind of file system a path is on: the kernel's magic number, see <c>statfs(2)</c>.</summary>
    public static long GetKind(string path)
    {
        Libc.StatfsBuffer buffer;
        return Libc.Statfs(path, &buffer) < 0 ? throw LinuxException.FromLastError("statfs", path) : buffer.Type;
    }
}
