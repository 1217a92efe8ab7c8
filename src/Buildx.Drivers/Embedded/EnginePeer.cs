using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Buildx.Drivers.Native;

namespace Buildx.Drivers.Embedded;

/// <summary>The process at the other end of an engine's socket, known from the kernel and not from a file.</summary>
internal sealed record EnginePeer(int ProcessId, uint UserId)
{
    private const int SolSocket = 1, SoPeerCred = 17;
    private const int NoSuchFile = 2, ConnectionRefused = 111;

    /// <summary>Who answers on the socket; null if nobody does.</summary>
    public static EnginePeer? Find(string path)
    {
        if (!File.Exists(path))
            return null;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            Span<byte> credentials = stackalloc byte[12];
            socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
            return new EnginePeer(BinaryPrimitives.ReadInt32LittleEndian(credentials), BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused || e.NativeErrorCode is NoSuchFile or ConnectionRefused)
        {
            return null;
        }
        catch (SocketException e)
        {
            throw new DriverException($"cannot connect to the engine's socket {path}: {e.Message}", e);
        }
    }

    /// <summary>Whether the process still exists; one that this process started is waited for.</summary>
    public bool IsAlive()
    {
        _ = LibC.WaitPid(ProcessId, out _, LibC.WNOHANG);
        return LibC.Kill(ProcessId, 0) == 0 || Marshal.GetLastPInvokeError() != LibC.ESRCH;
    }
}
