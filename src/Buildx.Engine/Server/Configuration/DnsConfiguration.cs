namespace Buildx.Engine.Server.Configuration;

/// <summary>Name servers for build steps instead of the machine's own.</summary>
internal sealed record DnsConfiguration(IReadOnlyList<string> Servers, IReadOnlyList<string> SearchDomains, IReadOnlyList<string> Options)
{
    public static DnsConfiguration Unset { get; } = new([], [], []);
}
