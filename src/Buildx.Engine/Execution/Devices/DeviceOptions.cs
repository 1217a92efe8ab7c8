using System.Collections.Immutable;

namespace Buildx.Engine.Execution.Devices;

/// <summary>Which devices the engine knows.</summary>
/// <param name="Directories">Where the specifications lie; what is said in a later one replaces what earlier ones say.</param>
/// <param name="AutoAllowed">Devices and kinds that every build may use.</param>
internal sealed record DeviceOptions(bool IsEnabled, ImmutableArray<string> Directories, ImmutableHashSet<string> AutoAllowed)
{
    public static DeviceOptions Default { get; } = new(true, ["/etc/cdi", "/var/run/cdi", "/etc/buildkit/cdi"], []);
}
