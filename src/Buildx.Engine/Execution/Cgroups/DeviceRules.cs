using System.Collections.Immutable;
using Buildx.Engine.Execution.Devices;
using Buildx.Linux;

namespace Buildx.Engine.Execution.Cgroups;

/// <summary>What steps may do with device nodes.</summary>
internal static class DeviceRules
{
    private const string Everything = "rwm";

    /// <summary>null, zero, full, random, urandom, tty, console and ptmx: what every container has, and may use.</summary>
    public static ImmutableArray<DeviceNumber> Harmless { get; } =
        [new(1, 3), new(1, 5), new(1, 7), new(1, 8), new(1, 9), new(5, 0), new(5, 1), new(5, 2)];

    /// <summary>Any node may be made, e.g. for a root file system, but only what every container has can be opened.</summary>
    public static ImmutableArray<DeviceRule> Default { get; } =
    [
        new(false, null, null, null, Everything),
        new(true, FileType.CharacterDevice, null, null, "m"),
        new(true, FileType.BlockDevice, null, null, "m"),
        .. Harmless.Select(device => Character(device.Major, device.Minor)),
        Character(136, null), // pts
    ];

    public static ImmutableArray<DeviceRule> All { get; } = [new(true, null, null, null, Everything)];

    /// <param name="nodes">The devices that the step has been given.</param>
    public static ImmutableArray<DeviceRule> For(IEnumerable<DeviceNode> nodes) =>
    [
        .. Default,
        .. nodes.Where(node => node is { Type: FileType.CharacterDevice or FileType.BlockDevice, Number: not null, Permissions.Length: > 0 })
            .Select(node => new DeviceRule(true, node.Type, node.Number!.Value.Major, node.Number.Value.Minor, node.Permissions)),
    ];

    private static DeviceRule Character(uint major, uint? minor) => new(true, FileType.CharacterDevice, major, minor, Everything);
}
