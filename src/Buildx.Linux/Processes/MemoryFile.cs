using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux.Processes;

/// <summary>A file that is nowhere but in memory (<c>memfd_create</c>).</summary>
public static unsafe class MemoryFile
{
    private const uint CloseOnExec = 1;

    public static SafeFileHandle Create(string name, ReadOnlySpan<byte> content)
    {
        var descriptor = ProcessCalls.MemoryFileCreate(name, CloseOnExec);
        if (descriptor < 0)
            throw LinuxException.FromLastError("memfd_create", name);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Descriptors.Write(handle, content);
        return handle;
    }
}
