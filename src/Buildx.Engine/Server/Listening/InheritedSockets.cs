using System.Globalization;
using System.Net.Sockets;
using Buildx.Engine.Server.Configuration;

namespace Buildx.Engine.Server.Listening;

/// <summary>Sockets that systemd listened on before it started the engine: <c>LISTEN_PID</c>, <c>LISTEN_FDS</c>.</summary>
internal static class InheritedSockets
{
    private const int First = 3;

    /// <summary>The descriptors behind an address.</summary>
    /// <exception cref="ConfigurationException">The process was not started with such a socket.</exception>
    public static IReadOnlyList<int> Find(ListenAddress.Inherited address)
    {
        var isMeant = Environment.GetEnvironmentVariable("LISTEN_PID") is not { Length: > 0 } process
            || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var count = isMeant && int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        if (address.Number is { } wanted)
        {
            return wanted >= First && wanted < First + count
                ? [wanted]
                : throw new ConfigurationException($"address {address}: the engine was started with {count} sockets, numbered from {First}");
        }
        return count > 0
            ? [.. Enumerable.Range(First, count)]
            : throw new ConfigurationException($"address {address}: the engine was started without sockets (LISTEN_FDS); is it started by a systemd socket unit?");
    }

    public static bool IsUnix(int descriptor)
    {
        using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
        return socket.AddressFamily == AddressFamily.Unix;
    }
}
