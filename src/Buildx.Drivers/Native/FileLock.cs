using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Drivers.Native;

/// <summary>
/// An exclusive <c>flock(2)</c>, as Buildx takes it on its store. The kernel releases it when the process dies.
/// (<see cref="FileStream"/> can't wait for such a lock: it refuses to open the file at all.)
/// </summary>
internal sealed class FileLock : IDisposable
{
    private readonly SafeFileHandle _handle;

    private FileLock(SafeFileHandle handle) => _handle = handle;

    public static async Task<FileLock> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        var descriptor = LibC.Open(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_CLOEXEC, 0x180 /* 0600 */);
        if (descriptor < 0)
            throw new IOException($"cannot open {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            for (var wait = 1; LibC.Flock(descriptor, LibC.LOCK_EX | LibC.LOCK_NB) != 0; wait = Math.Min(wait * 2, 20))
            {
                var error = Marshal.GetLastPInvokeError();
                if (error is not (LibC.EWOULDBLOCK or LibC.EINTR))
                    throw new IOException($"cannot lock {path}: {Marshal.GetPInvokeErrorMessage(error)}");
                await Task.Delay(wait, cancellationToken);
            }
            return new FileLock(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();
}
