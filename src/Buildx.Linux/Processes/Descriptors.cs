using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux.Processes;

/// <summary>Pipes, and waiting for several descriptors at once.</summary>
public static unsafe class Descriptors
{
    /// <summary>A pipe whose ends no started program inherits unless it is given one.</summary>
    public static (SafeFileHandle Reader, SafeFileHandle Writer) CreatePipe()
    {
        var ends = stackalloc int[2];
        if (ProcessCalls.Pipe2(ends, ProcessCalls.CloseOnExec) < 0)
            throw LinuxException.FromLastError("pipe2", null);
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>Blocks until the descriptor has something to read or is closed at the other end.</summary>
    public static bool WaitForInput(SafeHandle handle, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(handle);
        Span<bool> ready = [false];
        return WaitForInput([handle], ready, timeout);
    }

    /// <summary>Blocks until one of the descriptors has something to read or is closed at the other end. A null is skipped.</summary>
    /// <param name="ready">Which of them.</param>
    /// <returns>Whether there was one before the time was over.</returns>
    public static bool WaitForInput(ReadOnlySpan<SafeHandle?> handles, Span<bool> ready, TimeSpan timeout)
    {
        var descriptors = stackalloc ProcessCalls.PollDescriptor[handles.Length];
        for (var i = 0; i < handles.Length; i++)
            descriptors[i] = new() { Descriptor = handles[i] is { } handle ? (int)handle.DangerousGetHandle() : -1, Events = ProcessCalls.PollIn };
        var deadline = timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            var left = deadline == long.MaxValue ? -1 : (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);
            var count = ProcessCalls.Poll(descriptors, (nuint)handles.Length, left);
            if (count < 0 && (Errno)Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            if (count < 0)
                throw LinuxException.FromLastError("poll", null);
            for (var i = 0; i < handles.Length; i++)
                ready[i] = descriptors[i].Returned != 0;
            return count > 0;
        }
    }

    /// <summary>Reads what is there, blocking until something is.</summary>
    /// <returns>0 at the end.</returns>
    public static int Read(SafeHandle handle, Span<byte> buffer)
    {
        ArgumentNullException.ThrowIfNull(handle);
        fixed (byte* pointer = buffer)
        {
            while (true)
            {
                var count = ProcessCalls.Read((int)handle.DangerousGetHandle(), pointer, buffer.Length);
                if (count >= 0)
                    return (int)count;
                if ((Errno)Marshal.GetLastPInvokeError() != Errno.EINTR)
                    throw LinuxException.FromLastError("read", null);
            }
        }
    }

    /// <summary>Writes all of it in as few calls as the kernel allows; usually one.</summary>
    public static void Write(SafeHandle handle, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(handle);
        fixed (byte* pointer = data)
        {
            var done = 0;
            while (done < data.Length)
            {
                var count = ProcessCalls.Write((int)handle.DangerousGetHandle(), pointer + done, data.Length - done);
                if (count >= 0)
                    done += (int)count;
                else if ((Errno)Marshal.GetLastPInvokeError() != Errno.EINTR)
                    throw LinuxException.FromLastError("write", null);
            }
        }
    }
}
