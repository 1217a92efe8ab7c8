using System.Globalization;
using System.Net;

namespace Buildx.Dockerfile;

/// <summary>Ports as <c>EXPOSE</c> takes them: <c>80</c>, <c>8000-8010/udp</c>, and, ignored, an address and host port in front.</summary>
internal static class PortSpecification
{
    /// <returns><c>PORT/PROTOCOL</c>, one for each port of the range.</returns>
    public static IEnumerable<string> Parse(string text, TextRange place, Linter linter)
    {
        var colon = text.LastIndexOf(':');
        var container = text[(colon + 1)..];
        var host = colon < 0 ? "" : text[..colon];
        var address = "";
        if (host.LastIndexOf(':') is >= 0 and var second)
            (address, host) = (host[..second], host[(second + 1)..]);
        var slash = container.IndexOf('/');
        var protocol = slash < 0 ? "" : container[(slash + 1)..];
        if (slash >= 0)
            container = container[..slash];
        if (container.Length == 0)
            throw new InstructionException($"\"{text}\" names no port");
        if (protocol.Length == 0)
            protocol = "tcp";
        if (protocol.ToLowerInvariant() is not ("tcp" or "udp" or "sctp"))
            throw new InstructionException($"unknown protocol \"{protocol}\" of the port \"{text}\"; there are tcp, udp and sctp");
        if (protocol.Any(char.IsAsciiLetterUpper))
            linter.Report(LintRules.ExposeProtoCasing, place, $"write the protocol of \"{text}\" in lower case");
        if (address.Length > 0 || host.Length > 0)
            linter.Report(LintRules.ExposeInvalidFormat, place, $"\"{text}\" has an address or a port of the host, which EXPOSE does not use; write the container's port only, and choose the rest when the container is started");
        if (address.Length > 0 && !IPAddress.TryParse(address.TrimStart('[').TrimEnd(']'), out _))
            throw new InstructionException($"\"{address}\" of the port \"{text}\" is no IP address");
        var (first, last) = Range(container, text);
        if (host.Length > 0)
        {
            var (firstHost, lastHost) = Range(host, text);
            if (last - first != lastHost - firstHost && first != last)
                throw new InstructionException($"the ranges of \"{text}\" differ in length");
        }
        return Enumerable.Range(first, last - first + 1).Select(port => $"{port.ToString(CultureInfo.InvariantCulture)}/{protocol.ToLowerInvariant()}");
    }

    private static (int First, int Last) Range(string text, string whole)
    {
        var dash = text.IndexOf('-');
        if (dash < 0)
            return (Port(text, whole), Port(text, whole));
        var (first, last) = (Port(text[..dash], whole), Port(text[(dash + 1)..], whole));
        return last >= first ? (first, last) : throw new InstructionException($"the range of \"{whole}\" ends before it begins");
    }

    private static int Port(string text, string whole) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535
            ? port
            : throw new InstructionException($"\"{text}\" of \"{whole}\" is no port: it must be a number from 0 to 65535");
}
