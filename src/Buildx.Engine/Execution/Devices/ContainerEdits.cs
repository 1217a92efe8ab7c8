using System.Collections.Immutable;
using Buildx.Engine.Execution.Bundles;

namespace Buildx.Engine.Execution.Devices;

/// <summary>What a device needs in the container.</summary>
/// <param name="Environment"><c>NAME=value</c>.</param>
/// <param name="Groups">More groups for the process.</param>
internal sealed record ContainerEdits(
    ImmutableArray<string> Environment,
    ImmutableArray<DeviceNode> Nodes,
    ImmutableArray<BundleMount> Mounts,
    ImmutableArray<ContainerHook> Hooks,
    ImmutableArray<uint> Groups)
{
    public static ContainerEdits None { get; } = new([], [], [], [], []);

    public ContainerEdits With(ContainerEdits more) => new(
        Environment.AddRange(more.Environment),
        Nodes.AddRange(more.Nodes),
        Mounts.AddRange(more.Mounts),
        Hooks.AddRange(more.Hooks),
        [.. Groups.Union(more.Groups)]);

    /// <summary>A process's environment with what is set here; what was there before is replaced.</summary>
    public ImmutableArray<string> ApplyTo(ImmutableArray<string> environment)
    {
        if (Environment.IsEmpty)
            return environment;
        var names = Environment.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return [.. environment.Where(variable => !names.Contains(NameOf(variable))), .. Environment];
    }

    private static string NameOf(string variable) => variable[..(variable.IndexOf('=') is var equals and >= 0 ? equals : variable.Length)];
}
