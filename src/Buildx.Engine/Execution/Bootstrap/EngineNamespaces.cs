using Buildx.Engine.Execution.Cgroups;
using Buildx.Linux;
using Buildx.Linux.Namespaces;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution.Bootstrap;

/// <summary>What the engine's own namespaces are like, once it is inside.</summary>
internal static class EngineNamespaces
{
    /// <summary>Whether mounts made here are seen by nobody else and end with the engine.</summary>
    public static bool ArePrivate { get; private set; }

    /// <summary>Whether the runtime may make cgroups, and keep what is in them from devices.</summary>
    public static bool ManagesCgroups { get; private set; }

    /// <summary>Where the engine itself makes cgroups that keep steps from devices; null for nowhere.</summary>
    public static LegacyDevices? LegacyDevices { get; private set; }

    /// <summary>Whether steps may make no nodes of the machine's devices, because nothing would keep them from opening these.</summary>
    public static bool RefusesDeviceNodes { get; private set; }

    /// <summary>Makes the mounts that the runtime and foreign programs need.</summary>
    public static void Initialize(Action<string> warn)
    {
        ArePrivate = true;
        // In a user namespace the kernel refuses device nodes, and cgroups as well.
        var isPrivileged = UserNamespace.IsInitial && CurrentProcess.IsRoot;
        if (isPrivileged)
            KeepFromDevices(warn);
        if (!UnifiedCgroups.AreMounted && Directory.Exists(UnifiedCgroups.Root))
        {
            // crun refuses cgroup v1, and starts faster when it finds none.
            Mount.New("tmpfs", UnifiedCgroups.Root, "tmpfs", MountFlags.NoSetuid | MountFlags.NoDevices, "mode=755");
        }
        if (!UserNamespace.IsInitial)
            Emulating.PrivateHandlers.RegisterHere(warn);
    }

    private static void KeepFromDevices(Action<string> warn)
    {
        if (UnifiedCgroups.AreMounted)
        {
            ManagesCgroups = UnifiedCgroups.CanBeUsed();
            if (ManagesCgroups)
                UnifiedCgroups.RemoveLeftovers();
        }
        else if ((LegacyDevices = LegacyDevices.TryOpen()) is { } devices)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => devices.Remove();
        }
        if (ManagesCgroups || LegacyDevices is not null || DeviceNodeProbe.IsConfined())
            return;
        RefusesDeviceNodes = true;
        warn("steps can't be kept from the machine's devices by cgroups here, so they may make no device nodes, and those that an image brings are not guarded. "
            + $"Let the engine make cgroups in {UnifiedCgroups.Root} (in a container: --privileged), or run it as an ordinary user");
    }

    /// <summary>An empty directory, in memory where that can be had without leaving a mount behind.</summary>
    public static void PrepareWorkDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            if (ArePrivate)
                Mount.Unmount(path);
            Directory.Delete(path, recursive: true);
        }
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        if (ArePrivate)
            Mount.New("tmpfs", path, "tmpfs", MountFlags.NoSetuid | MountFlags.NoDevices, "mode=711");
    }

    /// <summary>The mount namespace's identity, to tell whether this process is in a new one.</summary>
    public static string? CurrentMountNamespace => NamespaceKind.Identify(NamespaceKind.Mount);
}
