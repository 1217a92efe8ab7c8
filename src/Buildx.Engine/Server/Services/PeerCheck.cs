using System.Net.Sockets;
using Buildx.Linux.Processes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Buildx.Engine.Server.Services;

/// <summary>Who may talk to the engine: its own user and root, as the kernel tells it for a Unix socket.</summary>
internal static class PeerCheck
{
    private const string SameUser = "buildx.peer.same-user";

    /// <summary>Connection middleware that turns everybody else away before a byte is read.</summary>
    public static ConnectionDelegate Enforce(ConnectionDelegate next) => connection => RunAsync(connection, next, admitsOthers: false);

    /// <summary>Connection middleware that admits whoever could connect, and only remembers who it is.</summary>
    public static ConnectionDelegate Note(ConnectionDelegate next) => connection => RunAsync(connection, next, admitsOthers: true);

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, bool admitsOthers)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket)
        {
            var peer = PeerCredentials.Get(socket);
            if (!admitsOthers && peer.UserId != CurrentProcess.UserId && peer.UserId != 0)
            {
                connection.Abort();
                return;
            }
            connection.Items[SameUser] = peer.UserId == CurrentProcess.UserId;
        }
        await next(connection);
    }

    /// <summary>Whether the request comes from a process of this machine that runs as the engine's own user.</summary>
    public static bool IsSameUser(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(SameUser, out var same) is true && same is true;
}
