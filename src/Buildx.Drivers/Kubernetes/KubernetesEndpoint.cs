namespace Buildx.Drivers.Kubernetes;

/// <summary>A node's endpoint as Buildx stores it: <c>kubernetes:///BUILDER?deployment=NODE&amp;kubeconfig=PATH</c>.</summary>
internal static class KubernetesEndpoint
{
    private const string Prefix = "kubernetes:///";

    public static string Write(string builder, string node, string kubeConfig) =>
        $"{Prefix}{builder}?deployment={Uri.EscapeDataString(node)}&kubeconfig={Uri.EscapeDataString(kubeConfig)}";

    /// <summary>The configuration that was there when the node was made; null for the usual places. Other endpoints are of an older Buildx.</summary>
    public static string? KubeConfigOf(string endpoint) =>
        endpoint.StartsWith(Prefix, StringComparison.Ordinal) && EndpointQuery.Parse(endpoint).GetValueOrDefault("kubeconfig") is { Length: > 0 } path ? path : null;

    /// <summary>The name of a node's deployment and of all that belongs to it.</summary>
    public static string WorkloadName(string node) => node.Replace('_', '-');
}
