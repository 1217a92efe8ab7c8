using System.Text.RegularExpressions;
using Buildx.Drivers.Kubernetes.Access;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Kubernetes;

internal sealed partial class KubernetesKind : DriverKind
{
    private const string EntitlementFlag = "--allow-insecure-entitlement";
    private const int LongestName = 63;

    public override string Name => KubernetesDriver.DriverName;

    /// <summary>A name that no other deployment of the cluster has.</summary>
    public override string NameNode(string builder) => $"buildkit-{Guid.NewGuid()}-{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())[..5]}";

    public override string ResolveEndpoint(string builder, string node, string? asked)
    {
        if (asked is not null)
            throw new DriverException($"driver {Name} takes no endpoint: it uses the cluster of the current context in $KUBECONFIG or ~/.kube/config, and \"{asked}\" was given");
        var workload = KubernetesEndpoint.WorkloadName(node);
        if (workload.Length > LongestName || !WorkloadName().IsMatch(workload))
            throw new DriverException($"node \"{node}\" can't be the name of a deployment in Kubernetes: it may have {LongestName} small letters, digits and -; another one: --node NAME");
        return KubernetesEndpoint.Write(builder, node, Environment.GetEnvironmentVariable(KubeConfig.Variable) ?? "");
    }

    public override void CheckOptions(IReadOnlyDictionary<string, string>? options) => KubernetesOptions.Parse(options);

    public override string ChangeNote(string builder) => $"pods that are there keep their old settings; to have new ones, remove the builder (buildx rm --keep-state {builder}) and create it again";

    /// <summary>A pod has a network of its own: builds may use it as the host's, unless the user says what they may.</summary>
    public override IReadOnlyList<string>? CompleteFlags(IReadOnlyList<string>? flags, IReadOnlyDictionary<string, string>? options, bool configurationAllowsHostNetwork) =>
        configurationAllowsHostNetwork || flags?.Any(flag => flag == EntitlementFlag || flag.StartsWith(EntitlementFlag + "=", StringComparison.Ordinal)) == true
            ? flags
            : [.. flags ?? [], EntitlementFlag + "=network.host"];

    public override IDriver Open(BuilderRecord builder, NodeRecord node) =>
        new KubernetesDriver(node, ClusterAccess.Load(KubernetesEndpoint.KubeConfigOf(node.Endpoint)));

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex WorkloadName();
}
