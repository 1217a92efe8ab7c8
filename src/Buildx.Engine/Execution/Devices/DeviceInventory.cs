using System.Collections.Immutable;

namespace Buildx.Engine.Execution.Devices;

/// <summary>The devices that there were at one moment.</summary>
/// <param name="Devices">By name.</param>
/// <param name="Problems">Why specifications that lie there give no devices; with their places.</param>
internal sealed record DeviceInventory(ImmutableArray<Device> Devices, ImmutableArray<string> Problems, DeviceOptions Options)
{
    /// <summary>
    /// The devices that are meant: <c>vendor.com/class=name</c> is one, <c>vendor.com/class=*</c> all of a kind, <c>vendor.com/class</c>
    /// the first; whatever fits none of them may be a class that specifications name.
    /// </summary>
    public ImmutableArray<Device> Find(string name)
    {
        var equals = name.IndexOf('=');
        var kind = equals < 0 ? name : name[..equals];
        var ofKind = Devices.Where(device => device.Kind == kind);
        var found = (equals < 0 ? "" : name[(equals + 1)..]) switch
        {
            "" => ofKind.Take(1),
            "*" => ofKind,
            _ => ofKind.Where(device => device.Name == name),
        };
        return found.Any() ? [.. found] : [.. Devices.Where(device => device.Class == name)];
    }

    /// <summary>Whether every build may use it.</summary>
    public bool IsAllowed(Device device) =>
        device.AllowsEverybody || Options.AutoAllowed.Contains(device.Name) || Options.AutoAllowed.Contains(device.Kind);

    /// <summary>What to know about a device that is not there.</summary>
    public string DescribeMissing(string name)
    {
        if (!Options.IsEnabled)
            return $"there is no device {name}: devices are switched off in this engine (--cdi-disabled, or cdi.disabled in buildkitd.toml)";
        var known = Devices.IsEmpty
            ? "none is described"
            : $"described are {string.Join(", ", Devices.Select(device => device.Name))}";
        var problems = Problems.IsEmpty ? "" : $"; not read: {string.Join("; ", Problems)}";
        return $"there is no device {name}: {known} in {string.Join(", ", Options.Directories)} (CDI specifications, *.json and *.yaml){problems}";
    }
}
