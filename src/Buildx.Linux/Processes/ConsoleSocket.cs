using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux.Processes;

/// <summary>Where an OCI runtime hands over the terminal that it made for a container (<c>--console-socket</c>).</summary>
public sealed unsafe class ConsoleSocket : IDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ConsoleSocket()
    {
        // A socket's path must be short, wherever the container's own files are.
        _directory = Directory.CreateTempSubdirectory("tty-");
        Path = System.IO.Path.Combine(_directory.FullName, "s");
        try
        {
            _listener.Bind(new UnixDomainSocketEndPoint(Path));
            _listener.Listen(1);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>Readable when the runtime has come.</summary>
    public SafeHandle Handle => _listener.SafeHandle;

    /// <summary>Receives the terminal's own end: what is read from it the program has printed, what is written to it was typed.</summary>
    /// <returns>Null when the runtime has left without one: it has failed, and tells why itself.</returns>
    public SafeFileHandle? Receive()
    {
        using var connection = _listener.Accept();
        byte data = 0;
        var part = new ProcessCalls.MessagePart { Base = &data, Length = 1 };
        const int controlSize = 64;
        var control = stackalloc ulong[controlSize / sizeof(ulong)];
        var message = new ProcessCalls.MessageHeader { Parts = &part, PartCount = 1, Control = control, ControlLength = controlSize };
        const int closeOnExec = 0x40000000;
        while (ProcessCalls.ReceiveMessage((int)connection.SafeHandle.DangerousGetHandle(), &message, closeOnExec) < 0)
        {
            if ((Errno)Marshal.GetLastPInvokeError() != Errno.EINTR)
                throw LinuxException.FromLastError("recvmsg", Path);
        }
        // struct cmsghdr: length, level, type; then the descriptor.
        const int socketLevel = 1;
        const int rights = 1;
        var header = (int*)control;
        const uint smallest = 20;
        if (message.ControlLength < smallest || header[2] != socketLevel || header[3] != rights)
            return null;
        return new SafeFileHandle(header[4], ownsHandle: true);
    }

    /// <summary>Tells a terminal, and the programs in it, how large its window is.</summary>
    public static void Resize(SafeHandle terminal, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        const nuint setWindowSize = 0x5414;
        var size = new ProcessCalls.WindowSize { Rows = (ushort)rows, Columns = (ushort)columns };
        if (ProcessCalls.WindowSizeCall((int)terminal.DangerousGetHandle(), setWindowSize, &size) < 0)
            throw LinuxException.FromLastError("ioctl", "TIOCSWINSZ");
    }

    public void Dispose()
    {
        _listener.Dispose();
        _directory.Delete(recursive: true);
    }
}
