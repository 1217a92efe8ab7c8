using Buildx.Drivers.Containers;
using Buildx.Drivers.Docker;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Kubernetes;
using Buildx.Drivers.Remote;
using Buildx.Drivers.Store;

namespace Buildx.Drivers;

/// <summary>Finds the driver of a builder's node.</summary>
/// <param name="docker">The Docker CLI's configuration, read when a driver needs it.</param>
/// <param name="authentication">For images that a Docker Engine is to pull.</param>
public sealed class DriverCatalog(EngineCommand engineCommand, Func<DockerEnvironment> docker, Func<IRegistryAuthentication?> authentication)
{
    private readonly DriverKind[] _kinds =
    [
        new EmbeddedKind(engineCommand), new ContainerKind(docker, authentication), new KubernetesKind(), new RemoteKind(), new DockerKind(docker),
    ];

    public IRegistryAuthentication? Authentication => authentication();

    /// <summary>The names that <c>create --driver</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [EmbeddedDriver.DriverName, ContainerDriver.DriverName, KubernetesDriver.DriverName, RemoteDriver.DriverName];

    /// <param name="name">Empty for a Docker context's own builder.</param>
    /// <exception cref="DriverException">There is no such driver here.</exception>
    public DriverKind Find(string name)
    {
        if (name.Length == 0)
            name = DockerDriver.DriverName;
        return Array.Find(_kinds, kind => kind.Name == name) ?? throw new DriverException(
            $"there is no driver \"{name}\" (supported: {string.Join(", ", Names)})");
    }

    /// <exception cref="DriverException">There is no such driver here, or the node's options are wrong.</exception>
    public IDriver Open(BuilderRecord builder, NodeRecord node) => Find(builder.Driver).Open(builder, node);
}
