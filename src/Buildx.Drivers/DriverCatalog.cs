using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;

namespace Buildx.Drivers;

/// <summary>Finds the driver of a builder's node.</summary>
public sealed class DriverCatalog(EngineCommand engineCommand)
{
    private static readonly string[] Planned = ["docker", "docker-container", "kubernetes", "remote"];

    /// <summary>The names that <c>create --driver</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [EmbeddedDriver.DriverName];

    /// <exception cref="DriverException">There is no such driver here.</exception>
    public static void Require(string name)
    {
        if (Names.Contains(name))
            return;
        throw new DriverException(Planned.Contains(name)
            ? $"driver {name} is not supported yet; builders of driver \"{EmbeddedDriver.DriverName}\" need no Docker: buildx create --driver {EmbeddedDriver.DriverName}"
            : $"there is no driver \"{name}\" (supported: {string.Join(", ", Names)})");
    }

    /// <exception cref="DriverException">There is no such driver here, or the node's options are wrong.</exception>
    public IDriver Open(BuilderRecord builder, NodeRecord node)
    {
        // A builder without a driver is a Docker context's.
        Require(builder.Driver is "" ? "docker" : builder.Driver);
        return new EmbeddedDriver(builder, node, engineCommand);
    }
}
