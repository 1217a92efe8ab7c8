using System.Net;

namespace Buildx.Registry;

/// <summary>What is known about registries by their names alone.</summary>
public static class RegistryHosts
{
    public const string DockerHub = "docker.io";

    /// <summary>Where Docker Hub's registry really is.</summary>
    public const string DockerHubEndpoint = "registry-1.docker.io";

    /// <summary>The host to talk to for a registry's name.</summary>
    public static string GetEndpoint(string host) => host is DockerHub or "index.docker.io" ? DockerHubEndpoint : host;

    /// <summary>The name to show, and to log in to, for a host that is talked to.</summary>
    public static string GetDisplayName(string host) => host is DockerHubEndpoint or "index.docker.io" ? DockerHub : host;

    /// <summary>Whether the host is this machine, so that plain HTTP is harmless.</summary>
    public static bool IsLoopback(string host)
    {
        var name = host;
        var colon = host.LastIndexOf(':');
        if (colon > 0 && host.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0 && (host[0] == '[' ? host[colon - 1] == ']' : host.IndexOf(':') == colon))
            name = host[..colon];
        return name == "localhost" || IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
    }
}
