using System.Globalization;

namespace Buildx.Engine.Server.Configuration;

/// <summary>Where the engine listens.</summary>
internal abstract record ListenAddress
{
    /// <param name="Path">Of the socket.</param>
    internal sealed record Unix(string Path) : ListenAddress
    {
        public override string ToString() => $"unix://{Path}";
    }

    /// <param name="Host">An address or a name; empty is every interface.</param>
    /// <param name="Port">0 is any that is free.</param>
    internal sealed record Tcp(string Host, int Port) : ListenAddress
    {
        public override string ToString() => $"tcp://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Sockets that the process was started with (systemd's socket activation).</summary>
    /// <param name="Number">The descriptor; null is all of them.</param>
    internal sealed record Inherited(int? Number) : ListenAddress
    {
        public override string ToString() => $"fd://{Number?.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Reads <c>unix://PATH</c>, <c>tcp://HOST:PORT</c> and <c>fd://[NUMBER]</c>.</summary>
    /// <exception cref="ConfigurationException">It is none of these.</exception>
    public static ListenAddress Parse(string text)
    {
        var separator = text.IndexOf("://", StringComparison.Ordinal);
        if (separator < 0)
            throw new ConfigurationException($"address {text} has no protocol: did you mean unix://{text}?");
        var rest = text[(separator + 3)..];
        return text[..separator] switch
        {
            "unix" when rest.Length > 0 => new Unix(rest),
            "tcp" => ParseTcp(text, rest),
            "fd" when rest is "" or "*" => new Inherited(null),
            "fd" when int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => new Inherited(number),
            "npipe" => throw new ConfigurationException($"address {text}: named pipes exist on Windows only"),
            _ => throw new ConfigurationException($"address {text}: want unix:///path/to/socket, tcp://host:port or fd://"),
        };
    }

    private static Tcp ParseTcp(string text, string rest)
    {
        var colon = rest.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw new ConfigurationException($"address {text}: want tcp://host:port");
        return new Tcp(rest[..colon].Trim('[', ']'), port);
    }
}
