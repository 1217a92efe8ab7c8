using System.Collections.Immutable;
using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Execution.Cgroups;

/// <summary>
/// The <c>devices</c> hierarchy of cgroup v1, at the place where the engine is. Held open: its path is hidden later. All steps
/// share one cgroup, but for those that have devices of their own: nothing else is told apart there, and entering costs next to nothing.
/// </summary>
internal sealed class LegacyDevices
{
    private readonly SafeFileHandle _own;
    private int _number;

    private LegacyDevices(SafeFileHandle own)
    {
        _own = own;
        Common = new DeviceCage(own, StepNames.OfEngine, DeviceRules.Default);
    }

    /// <returns>Null when there is none, or the engine can't make cgroups in it.</returns>
    public static LegacyDevices? TryOpen()
    {
        if (FindOwn(File.ReadLines("/proc/self/mountinfo"), File.ReadLines("/proc/self/cgroup")) is not { } path)
            return null;
        SafeFileHandle? own = null;
        try
        {
            own = FileSystem.OpenDirectory(path);
            RemoveLeftovers(own);
            var devices = new LegacyDevices(own);
            devices.Common.Make();
            return devices;
        }
        catch (IOException)
        {
            own?.Dispose();
            return null;
        }
    }

    /// <param name="mounts">Lines of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="memberships">Lines of <c>/proc/self/cgroup</c>.</param>
    /// <returns>The directory of the cgroup that this process is in; null when it isn't visible.</returns>
    internal static string? FindOwn(IEnumerable<string> mounts, IEnumerable<string> memberships)
    {
        string? own = null;
        foreach (var line in memberships)
        {
            if (line.Split(':', 3) is [_, var controllers, var path] && controllers.Split(',').Contains("devices"))
                own = path;
        }
        if (own is null)
            return null;
        string? found = null;
        foreach (var line in mounts)
        {
            // id parent major:minor root point options [more…] - type source options
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash < 6 || fields.Length < dash + 4 || fields[dash + 1] != "cgroup" || !fields[dash + 3].Split(',').Contains("devices"))
                continue;
            var root = fields[3].TrimEnd('/');
            if (own == root || own.StartsWith(root + "/", StringComparison.Ordinal))
                found = Path.Join(fields[4], own[root.Length..]).TrimEnd('/');
        }
        return found;
    }

    /// <summary>For steps with the usual rules.</summary>
    public DeviceCage Common { get; }

    /// <summary>The engine's own cgroup, which its steps' are in.</summary>
    public string Directory => FileSystem.GetMagicPath(_own);

    /// <summary>For a step with rules of its own, and for it to remove.</summary>
    public DeviceCage Make(ImmutableArray<DeviceRule> rules) =>
        new(_own, StepNames.OfStep(Interlocked.Increment(ref _number)), rules);

    /// <summary>When the engine ends.</summary>
    public void Remove() => Common.Remove();

    /// <summary>What engines that were killed have left.</summary>
    internal static void RemoveLeftovers(SafeFileHandle own)
    {
        foreach (var entry in DirectoryReader.ReadAll(own))
        {
            if (StepNames.IsOfDeadEngine(entry.Name))
                CgroupDirectory.TryRemove(own, entry.Name);
        }
    }
}
