using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux.Processes;

/// <summary>Two connected Unix sockets: one to read from and write to here, one for a program's standard input and output.</summary>
public static unsafe class ConnectedPair
{
    public static (Socket Here, SafeFileHandle There) Create()
    {
        const int unix = 1;
        const int stream = 1;
        var ends = stackalloc int[2];
        if (ProcessCalls.SocketPair(unix, stream | ProcessCalls.CloseOnExec, 0, ends) < 0)
            throw LinuxException.FromLastError("socketpair", null);
        return (new Socket(new SafeSocketHandle(ends[0], ownsHandle: true)), new SafeFileHandle(ends[1], ownsHandle: true));
    }
}
