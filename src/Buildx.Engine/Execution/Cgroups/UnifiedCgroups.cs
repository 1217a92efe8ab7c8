using Buildx.Engine.Execution.Bundles;
using Buildx.Linux;
using Buildx.Linux.Namespaces;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution.Cgroups;

/// <summary>Cgroup v2: the OCI runtime makes a cgroup for each step, and attaches the program that refuses devices.</summary>
internal static class UnifiedCgroups
{
    public const string Root = "/sys/fs/cgroup";
    private const int Attempts = 20;

    /// <summary>Whether the machine has cgroup v2 alone.</summary>
    public static bool AreMounted => File.Exists(Root + "/cgroup.controllers");

    /// <summary>Tries what the runtime will have to do.</summary>
    /// <returns>False when it would fail.</returns>
    public static bool CanBeUsed()
    {
        // crun insists on locking as much memory as it likes before it loads the program.
        if (ExecutableSearch.Find("crun") is not null && !Capabilities.IsEffective("SYS_RESOURCE") && ResourceLimit.Get("memlock") is not { Hard: ulong.MaxValue })
            return false;
        var probe = Path.Combine(Root, StepNames.OfEngine);
        try
        {
            Directory.CreateDirectory(probe);
            try
            {
                using var directory = FileSystem.OpenDirectory(probe);
                return DeviceProgram.CanBeAttached(directory);
            }
            finally
            {
                Directory.Delete(probe);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <param name="parent">Under which the step is to run; null for the root.</param>
    /// <returns>The path of a step's cgroup, as the runtime takes it.</returns>
    public static string PathOf(string? parent, string id)
    {
        var trimmed = (parent ?? "").Trim('/');
        return trimmed.Length == 0 ? $"/buildkit/{id}" : $"/{trimmed}/buildkit/{id}";
    }

    /// <summary>After the step: the runtime removes it, unless it was killed.</summary>
    public static void Remove(string path)
    {
        for (var attempt = 0; attempt < Attempts && !CgroupDirectory.TryRemove(null, Root + path); attempt++)
            Thread.Sleep(attempt);
    }

    /// <summary>What steps of engines that were killed have left.</summary>
    public static void RemoveLeftovers()
    {
        var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        foreach (var path in Directory.GetDirectories(Root, "buildx-*", all))
        {
            if (StepNames.IsOfDeadEngine(Path.GetFileName(path)))
                CgroupDirectory.TryRemove(null, path);
        }
    }
}
