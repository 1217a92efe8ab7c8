using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Buildx.Drivers.Kubernetes.Access;

/// <summary>A cluster, and who we are to it.</summary>
internal sealed record ClusterAccess
{
    private const string DefaultNamespace = "default";

    public required Uri Server { get; init; }

    public string Namespace { get; init; } = DefaultNamespace;

    /// <summary>The authorities whose certificates the server may have; null for those of this machine.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    public bool SkipsVerification { get; init; }

    /// <summary>The name in the server's certificate; null for the address's.</summary>
    public string? ServerName { get; init; }

    public Uri? Proxy { get; init; }

    public required ClusterUser User { get; init; }

    /// <summary>For messages.</summary>
    public required string Source { get; init; }

    /// <param name="paths">As <see cref="KubeConfig.Find"/> takes them.</param>
    /// <param name="context">Null for the current one.</param>
    /// <exception cref="DriverException">There is no such cluster, or no complete description.</exception>
    public static ClusterAccess Load(string? paths = null, string? context = null)
    {
        var config = KubeConfig.Find(paths);
        if (config is not null && (context ?? config.CurrentContext) is { } name)
            return FromContext(config, name);
        if (context is null && InCluster.Find() is { } here)
            return here;
        throw new DriverException(config is null
            ? $"there is no Kubernetes configuration at {paths ?? Environment.GetEnvironmentVariable(KubeConfig.Variable) ?? "~/.kube/config"}, and this is no pod of a cluster; another place: {KubeConfig.Variable}=FILE"
            : $"{config.Source} has no current context; choose one: kubectl config use-context NAME (there are: {string.Join(", ", config.ContextNames())})");
    }

    private static ClusterAccess FromContext(KubeConfig config, string name)
    {
        var context = config.FindContext(name)
            ?? throw new DriverException($"{config.Source} has no context \"{name}\" (there are: {string.Join(", ", config.ContextNames())})");
        var clusterName = context.Text("cluster") ?? throw new DriverException($"{config.Source}: context \"{name}\" names no cluster");
        var cluster = config.FindCluster(clusterName) ?? throw new DriverException($"{config.Source}: context \"{name}\" names the cluster \"{clusterName}\", which is not there");
        var server = ReadUrl(config, $"cluster \"{clusterName}\": server", cluster.Text("server") ?? "");
        return new ClusterAccess
        {
            Server = server,
            Namespace = context.Text("namespace") ?? DefaultNamespace,
            Authorities = cluster.Content("certificate-authority") is { } authorities ? ReadAuthorities(config, authorities) : null,
            SkipsVerification = cluster.Flag("insecure-skip-tls-verify"),
            ServerName = cluster.Text("tls-server-name"),
            Proxy = cluster.Text("proxy-url") is { } proxy ? ReadUrl(config, $"cluster \"{clusterName}\": proxy-url", proxy) : null,
            User = context.Text("user") is not { } user ? new ClusterUser()
                : ClusterUser.From(config.FindUser(user) ?? throw new DriverException($"{config.Source}: context \"{name}\" names the user \"{user}\", which is not there"), config.Source, user),
            Source = $"{config.Source} (context {name})",
        };
    }

    private static Uri ReadUrl(KubeConfig config, string what, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" or "socks5" ? url : throw new DriverException($"{config.Source}: {what} must be a URL");

    private static X509Certificate2Collection ReadAuthorities(KubeConfig config, string pem)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(pem);
            return authorities;
        }
        catch (CryptographicException e)
        {
            throw new DriverException($"{config.Source}: certificate-authority must be certificates as PEM: {e.Message}", e);
        }
    }
}
