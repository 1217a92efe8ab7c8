using System.Security.Cryptography.X509Certificates;

namespace Buildx.Drivers.Kubernetes.Access;

/// <summary>The cluster whose pod we are, and its service account. <see href="https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/"/></summary>
internal static class InCluster
{
    private const string Directory = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static ClusterAccess? Find()
    {
        var token = Path.Combine(Directory, "token");
        if (Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port || !File.Exists(token))
        {
            return null;
        }
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(Directory, "ca.crt"));
        return new ClusterAccess
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            Namespace = File.ReadAllText(Path.Combine(Directory, "namespace")).Trim(),
            Authorities = authorities,
            User = new ClusterUser { TokenFile = token },
            Source = "the pod's service account",
        };
    }
}
