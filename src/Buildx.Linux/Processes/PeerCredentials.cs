using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Buildx.Linux.Processes;

/// <summary>Who is at the other end of a Unix socket, as the kernel noted when it was connected (<c>SO_PEERCRED</c>).</summary>
/// <param name="ProcessId">0 when the peer is in a pid namespace that can't be seen from here.</param>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId)
{
    public static unsafe PeerCredentials Get(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        const int socketLevel = 1;
        const int peerCredentials = 17;
        var values = stackalloc uint[3];
        var length = 3u * sizeof(uint);
        var result = ProcessCalls.GetSocketOption((int)socket.SafeHandle.DangerousGetHandle(), socketLevel, peerCredentials, values, &length);
        return result < 0
            ? throw LinuxException.FromLastError("getsockopt", "SO_PEERCRED")
            : new PeerCredentials((int)values[0], values[1], values[2]);
    }
}
