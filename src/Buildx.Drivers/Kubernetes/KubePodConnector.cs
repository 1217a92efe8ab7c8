using System.Text.RegularExpressions;
using Buildx.Client;
using Buildx.Drivers.Kubernetes.Access;

namespace Buildx.Drivers.Kubernetes;

/// <summary>A BuildKit in a pod that somebody else runs: <c>kube-pod://POD?context=…&amp;namespace=…&amp;container=…</c>.</summary>
internal sealed partial class KubePodConnector : BuildkitConnector
{
    private readonly string _endpoint;
    private readonly Lazy<PodConnector> _inner;

    /// <exception cref="DriverException">No names of a pod, a namespace or a container.</exception>
    public KubePodConnector(string endpoint, string pod, string? context, string? space, string? container)
    {
        _endpoint = endpoint;
        foreach (var (what, name) in new[] { ("pod", pod), ("namespace", space), ("container", container) })
        {
            if (name is { Length: > 0 } && !ObjectName().IsMatch(name))
                throw new DriverException($"\"{name}\" is no name of a {what} in Kubernetes: small letters, digits, - and .");
        }
        // The configuration is read when it is needed: a builder is known, and can be removed, without it.
        _inner = new(() =>
        {
            var api = new KubernetesApi(ClusterAccess.Load(context: context is { Length: > 0 } ? context : null));
            return new PodConnector(endpoint, api, _ => Task.FromResult((space is { Length: > 0 } ? space : api.Namespace, pod, container is { Length: > 0 } ? container : null)));
        });
    }

    public override string Name => _endpoint;

    public override ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _inner.Value.ConnectAsync(cancellationToken);
        }
        catch (DriverException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9.]*[a-z0-9])?\z")]
    private static partial Regex ObjectName();
}
