using System.Net;
using System.Net.Sockets;
using Buildx.Engine.Server.Configuration;
using Buildx.Linux;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Buildx.Engine.Server.Listening;

/// <summary>Makes a server listen on an engine's addresses.</summary>
internal static class Listeners
{
    private const uint OwnerAndGroup = 0b110_110_000;

    /// <param name="configure">For each endpoint; the flag says whether it is a Unix socket.</param>
    /// <exception cref="ConfigurationException">An address can't be used.</exception>
    public static void Listen(KestrelServerOptions kestrel, ListenAddress address, SocketOwner? owner, Action<ListenOptions, bool> configure)
    {
        switch (address)
        {
            case ListenAddress.Unix unix:
                kestrel.ListenUnixSocket(PrepareSocket(unix.Path, owner), listen => configure(listen, true));
                break;
            case ListenAddress.Tcp { Host: "" } everywhere:
                kestrel.ListenAnyIP(everywhere.Port, listen => configure(listen, false));
                break;
            case ListenAddress.Tcp tcp:
                kestrel.Listen(Resolve(tcp), tcp.Port, listen => configure(listen, false));
                break;
            case ListenAddress.Inherited inherited:
                foreach (var descriptor in InheritedSockets.Find(inherited))
                    kestrel.ListenHandle((ulong)descriptor, listen => configure(listen, InheritedSockets.IsUnix(descriptor)));
                break;
        }
    }

    /// <summary>Gives the sockets that are listened on now to whom they were meant for.</summary>
    public static void SetOwner(IEnumerable<ListenAddress> addresses, SocketOwner owner)
    {
        foreach (var socket in addresses.OfType<ListenAddress.Unix>())
        {
            try
            {
                FileSystem.ChangeOwnerAt(null, socket.Path, owner.UserId, owner.GroupId);
                FileSystem.ChangeModeAt(null, socket.Path, OwnerAndGroup);
            }
            catch (LinuxException e)
            {
                throw new ConfigurationException($"the socket {socket.Path} can't be given to user {owner.UserId} and group {owner.GroupId}: {e.Message}", e);
            }
        }
    }

    private static IPAddress Resolve(ListenAddress.Tcp address)
    {
        if (IPAddress.TryParse(address.Host, out var number))
            return number;
        try
        {
            var found = Dns.GetHostAddresses(address.Host);
            return Array.Find(found, candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (SocketException e)
        {
            throw new ConfigurationException($"address {address}: there is no host \"{address.Host}\": {e.Message}", e);
        }
    }

    /// <summary>A socket that an engine left behind when it was killed goes. A directory that is made is the user's alone, unless others are to come through it.</summary>
    private static string PrepareSocket(string path, SocketOwner? owner)
    {
        const UnixFileMode user = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, owner is null ? user : user | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        FileSystem.RemoveFileAt(null, path);
        return path;
    }
}
