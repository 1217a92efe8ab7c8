using System.Security.Cryptography.X509Certificates;

namespace Buildx.Drivers.Kubernetes.Access;

/// <summary>The cluster whose pod we are, and its service account. <see href="https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/"/></summary>
internal static class InCluster
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <returns>Null where there is no pod around us.</returns>
    public static ClusterAccess? Find() =>
        Find(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"), Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"), ServiceAccount);

    /// <param name="directory">Of the service account.</param>
    public static ClusterAccess? Find(string? host, string? port, string directory)
    {
        var token = Path.Combine(directory, "token");
        if (host is not { Length: > 0 } || port is not { Length: > 0 } || !File.Exists(token))
        {
            return null;
        }
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(directory, "ca.crt"));
        return new ClusterAccess
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            Namespace = File.ReadAllText(Path.Combine(directory, "namespace")).Trim(),
            Authorities = authorities,
            User = new ClusterUser { TokenFile = token },
            Source = "the pod's service account",
        };
    }
}
