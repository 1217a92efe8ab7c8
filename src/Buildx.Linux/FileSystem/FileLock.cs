using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

/// <summary>An exclusive <c>flock</c> on a file, held until disposed or until the process ends, however it ends.</summary>
public sealed class FileLock : IDisposable
{
    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int Unlock = 8;

    private FileLock(SafeFileHandle handle) => Handle = handle;

    /// <summary>The locked file, open for reading and writing.</summary>
    public SafeFileHandle Handle { get; }

    /// <returns>Null when somebody else holds it.</returns>
    public static FileLock? TryAcquire(string path, uint mode = 0x180)
    {
        var handle = FileSystem.OpenAt(null, path, OpenFlags.ReadWrite | OpenFlags.Create, mode);
        if (Libc.Flock(Libc.Number(handle), Exclusive | NonBlocking) == 0)
            return new FileLock(handle);
        var error = FileSystem.LastError;
        handle.Dispose();
        return error == Errno.EAGAIN ? null : throw new LinuxException("flock", path, error);
    }

    public void Dispose()
    {
        // Closing alone would leave it to a process that is being started at this moment, until that has become its program.
        if (!Handle.IsClosed)
            _ = Libc.Flock(Libc.Number(Handle), Unlock);
        Handle.Dispose();
    }
}
