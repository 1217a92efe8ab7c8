using System.Net.Sockets;
using System.Text;

namespace Buildx.Engine.Server.Listening;

/// <summary>Tells systemd how the engine is (<c>sd_notify</c>), when it was started by a unit of <c>Type=notify</c>.</summary>
internal static class ServiceManager
{
    public static void TellReady() => Tell("READY=1");

    public static void TellStopping() => Tell("STOPPING=1");

    private static void Tell(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
            return;
        try
        {
            // '@' stands for the leading zero of an abstract address.
            var address = path[0] == '@' ? "\0" + path[1..] : path;
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(address));
        }
        catch (SocketException)
        {
            // Nobody listens any more: the engine works all the same.
        }
    }
}
