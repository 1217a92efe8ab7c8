using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Engine.Execution.Devices;

/// <summary>A device that somebody has described to containers on this machine.</summary>
/// <param name="Name">In full: <c>vendor.com/class=name</c>.</param>
/// <param name="Common">What all devices of its specification need, once.</param>
/// <param name="Own">What it needs itself.</param>
internal sealed record Device(string Name, ImmutableDictionary<string, string> Annotations, ContainerEdits Common, ContainerEdits Own)
{
    private const string ClassAnnotation = "org.mobyproject.buildkit.device.class";
    private const string AllowAnnotation = "org.mobyproject.buildkit.device.autoallow";

    /// <summary><c>vendor.com/class</c>.</summary>
    public string Kind => Name[..Name.IndexOf('=')];

    /// <summary>The name under which several kinds may be asked for, as its specification says; null is none.</summary>
    public string? Class => Annotations.GetValueOrDefault(ClassAnnotation);

    /// <summary>Whether its specification lets every build use it.</summary>
    public bool AllowsEverybody => BooleanText.IsTrue(Annotations.GetValueOrDefault(AllowAnnotation));

    /// <summary>What several devices need together.</summary>
    public static ContainerEdits EditsOf(IEnumerable<Device> devices)
    {
        var edits = ContainerEdits.None;
        var common = new HashSet<ContainerEdits>(ReferenceEqualityComparer.Instance);
        foreach (var device in devices)
        {
            if (common.Add(device.Common))
                edits = edits.With(device.Common);
            edits = edits.With(device.Own);
        }
        return edits;
    }
}
