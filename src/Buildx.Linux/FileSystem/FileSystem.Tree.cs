using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

public static unsafe partial class FileSystem
{
    /// <summary>
    /// Removes a file, or a directory with all that is in it; follows no links and crosses no mount points. Permissions that
    /// keep an ordinary user out of a directory are lifted.
    /// </summary>
    /// <returns>False when there was nothing.</returns>
    public static bool RemoveTreeAt(SafeFileHandle? directory, string path)
    {
        var result = Libc.Unlinkat(Libc.Number(directory), path, 0);
        GC.KeepAlive(directory);
        if (result == 0)
            return true;
        switch (LastError)
        {
            case Errno.ENOENT:
                return false;
            case Errno.EISDIR or Errno.EPERM:
                break;
            default:
                throw LinuxException.FromLastError("unlinkat", path);
        }
        const OpenFlags flags = OpenFlags.Directory | OpenFlags.NoFollow;
        var inner = TryOpenAt(directory, path, flags);
        if (inner is null && LastError == Errno.EACCES)
        {
            ChangeModeAt(directory, path, 0x1c0);
            inner = TryOpenAt(directory, path, flags);
        }
        if (inner is null)
            return LastError == Errno.ENOENT ? false : throw LinuxException.FromLastError("unlinkat", path);
        using (inner)
        {
            // Entries that are removed while a directory is read may make the reader miss others: collect first.
            foreach (var entry in DirectoryReader.ReadAll(inner))
            {
                try
                {
                    RemoveTreeAt(inner, entry.Name);
                }
                catch (LinuxException exception) when (exception.Errno is Errno.EACCES)
                {
                    ChangeMode(inner, 0x1c0);
                    RemoveTreeAt(inner, entry.Name);
                }
            }
        }
        return RemoveEmptyDirectoryAt(directory, path);
    }
}
