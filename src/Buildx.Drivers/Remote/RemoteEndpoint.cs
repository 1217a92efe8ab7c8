using Buildx.Client;
using Buildx.Drivers.Docker;

namespace Buildx.Drivers.Remote;

/// <summary>
/// Where a BuildKit answers that somebody else runs: <c>unix://</c>, <c>tcp://</c>, or behind a program that carries its streams
/// (<c>ssh://</c>, <c>docker-container://</c>, <c>podman-container://</c>, <c>nerdctl-container://</c>, <c>kube-pod://</c>).
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
        var query = Query(uri);
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
                return new CommandConnector(endpoint, "kubectl", [.. Kubectl(query), "exec", "-i", .. Container(query), Name(uri), "--", "buildctl", "dial-stdio"]);
            default:
                throw Unknown(endpoint);
        }
    }

    private static IEnumerable<string> Kubectl(Dictionary<string, string> query)
    {
        if (query.GetValueOrDefault("context") is { Length: > 0 } context)
            yield return "--context=" + context;
        if (query.GetValueOrDefault("namespace") is { Length: > 0 } space)
            yield return "--namespace=" + space;
    }

    private static IEnumerable<string> Container(Dictionary<string, string> query) =>
        query.GetValueOrDefault("container") is { Length: > 0 } container ? ["--container=" + container] : [];

    /// <summary>A name that began with a dash would be a flag of the program.</summary>
    private static string Name(Uri uri)
    {
        // .NET would write a host in small letters, and these are names.
        var rest = uri.OriginalString[(uri.Scheme.Length + "://".Length)..];
        var name = rest[..(rest.IndexOfAny(['/', '?']) is >= 0 and var end ? end : rest.Length)];
        return name.Length > 0 && name[0] != '-' ? name : throw Unknown(uri.OriginalString);
    }

    private static Dictionary<string, string> Query(Uri uri)
    {
        var query = new Dictionary<string, string>();
        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            query[equals < 0 ? part : part[..equals]] = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..]);
        }
        return query;
    }

    private static DriverException Unknown(string endpoint) => new($"\"{endpoint}\" is no address of a BuildKit (want {Known})");
}
