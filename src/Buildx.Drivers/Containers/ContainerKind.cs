using Buildx.Drivers.Docker;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Containers;

internal sealed class ContainerKind(Func<DockerEnvironment> docker, Func<IRegistryAuthentication?> authentication) : DriverKind
{
    private const string EntitlementFlag = "--allow-insecure-entitlement";

    public override string Name => ContainerDriver.DriverName;

    public override string ResolveEndpoint(string builder, string node, string? asked)
    {
        if (asked is null)
            return docker().CurrentEndpoint;
        // Whether it answers is asked when it is needed; whether it is one, now.
        var engine = docker().GetEngineOf(asked);
        // The default context is wherever DOCKER_HOST points; the builder stays where it was made.
        return asked == DockerEnvironment.DefaultContext ? engine.Url : asked;
    }

    public override void CheckOptions(IReadOnlyDictionary<string, string>? options) => ContainerOptions.Parse(options);

    /// <summary>
    /// A container has a network of its own, so that the host's is no danger: builds may use it, unless the user says what they may.
    /// With the host's network the entitlement says nothing more than that.
    /// </summary>
    public override IReadOnlyList<string>? CompleteFlags(IReadOnlyList<string>? flags, IReadOnlyDictionary<string, string>? options, bool configurationAllowsHostNetwork)
    {
        var given = flags ?? [];
        var hasAny = given.Any(flag => flag == EntitlementFlag || flag.StartsWith(EntitlementFlag + "=", StringComparison.Ordinal));
        var hasHost = hasAny && given.Any(flag => flag.EndsWith("network.host", StringComparison.Ordinal));
        var usesHost = options?.GetValueOrDefault("network") == "host";
        return (usesHost && !hasHost) || (!hasAny && !configurationAllowsHostNetwork) ? [.. given, EntitlementFlag + "=network.host"] : flags;
    }

    public override IDriver Open(BuilderRecord builder, NodeRecord node) => new ContainerDriver(node, docker().GetEngineOf(node.Endpoint), authentication());
}
