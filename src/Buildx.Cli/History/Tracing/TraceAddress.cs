using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Buildx.Cli.History.Tracing;

/// <summary>Where the viewer is served: <c>HOST:PORT</c>, port 0 for any that is free; without a host on all addresses of the machine.</summary>
internal static class TraceAddress
{
    public const string Default = "127.0.0.1:0";

    /// <exception cref="CliException">It makes no sense.</exception>
    public static async Task<IPEndPoint> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw new CliException($"--addr {text}: want HOST:PORT, e.g. 127.0.0.1:16686 (port 0 takes any that is free)");
        var host = text[..colon];
        if (host.Length == 0)
            return new IPEndPoint(IPAddress.IPv6Any, port);
        if (host is ['[', .., ']'])
            host = host[1..^1];
        if (IPAddress.TryParse(host, out var address))
            return new IPEndPoint(address, port);
        try
        {
            var found = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return new IPEndPoint(Array.Find(found, candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? found[0], port);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new CliException($"--addr {text}: there is no host \"{host}\": {e.Message}", innerException: e);
        }
    }
}
