using Buildx.Client;
using Buildx.Drivers.Docker;
using Buildx.Drivers.Kubernetes;

namespace Buildx.Drivers.Remote;

/// <summary>
/// Where a BuildKit answers that somebody else runs: <c>unix://</c>, <c>tcp://</c>, in a pod (<c>kube-pod://</c>), or behind a program
/// that carries its streams (<c>ssh://</c>, <c>docker-container://</c>, <c>podman-container://</c>, <c>nerdctl-container://</c>).
/// </summary>
internal static class RemoteEndpoint
{
    private const string Known = "unix://PATH, tcp://HOST:PORT, ssh://[USER@]HOST, docker-container://NAME, podman-container://NAME, nerdctl-container://NAME or kube-pod://POD";

    /// <exception cref="DriverException">No such address.</exception>
    public static BuildkitConnector Parse(string endpoint, TlsOptions? tls)
    {
        if (tls is not null && !endpoint.StartsWith("tcp://", StringComparison.Ordinal))
            throw new DriverException($"--driver-opt: cacert, cert, key and servername are for tcp://, and the endpoint is {endpoint}");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || !endpoint.Contains("://", StringComparison.Ordinal))
            throw Unknown(endpoint);
        var query = EndpointQuery.Parse(endpoint);
        switch (uri.Scheme)
        {
            case "unix" or "tcp":
                try
                {
                    return BuildkitConnector.Parse(endpoint, tls);
                }
                catch (FormatException)
                {
                    throw Unknown(endpoint);
                }
            case "ssh":
                string[] socket = uri.AbsolutePath is "" or "/" ? [] : ["--addr", "unix://" + uri.AbsolutePath];
                return new CommandConnector(endpoint, "ssh", [.. SshArguments.For(uri), "buildctl", .. socket, "dial-stdio"]);
            case "docker-container":
                string[] context = query.GetValueOrDefault("context") is { Length: > 0 } name ? ["--context", name] : [];
                return new CommandConnector(endpoint, "docker", [.. context, "exec", "-i", Name(uri), "buildctl", "dial-stdio"]);
            case "podman-container":
                return new CommandConnector(endpoint, "podman", ["exec", "-i", Name(uri), "buildctl", "dial-stdio"]);
            case "nerdctl-container":
                string[] space = query.GetValueOrDefault("namespace") is { Length: > 0 } ns ? ["--namespace", ns] : [];
                return new CommandConnector(endpoint, "nerdctl", [.. space, "exec", "-i", Name(uri), "buildctl", "dial-stdio"]);
            case "kube-pod":
                return new KubePodConnector(endpoint, Name(uri), query.GetValueOrDefault("context"), query.GetValueOrDefault("namespace"), query.GetValueOrDefault("container"));
            default:
                throw Unknown(endpoint);
        }
    }

    /// <summary>A name that began with a dash would be a flag of the program.</summary>
    private static string Name(Uri uri)
    {
        // .NET would write a host in small letters, and these are names.
        var rest = uri.OriginalString[(uri.Scheme.Length + "://".Length)..];
        var name = rest[..(rest.IndexOfAny(['/', '?']) is >= 0 and var end ? end : rest.Length)];
        return name.Length > 0 && name[0] != '-' ? name : throw Unknown(uri.OriginalString);
    }

    private static DriverException Unknown(string endpoint) => new($"\"{endpoint}\" is no address of a BuildKit (want {Known})");
}
