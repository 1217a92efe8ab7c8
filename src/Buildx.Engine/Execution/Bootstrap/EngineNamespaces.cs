using Buildx.Linux;
using Buildx.Linux.Namespaces;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution.Bootstrap;

/// <summary>What the engine's own namespaces are like, once it is inside.</summary>
internal static class EngineNamespaces
{
    private const string CgroupDirectory = "/sys/fs/cgroup";

    /// <summary>Whether mounts made here are seen by nobody else and end with the engine.</summary>
    public static bool ArePrivate { get; private set; }

    /// <summary>Whether the runtime may make cgroups.</summary>
    public static bool ManagesCgroups { get; private set; }

    /// <summary>Makes the mounts that the runtime and foreign programs need.</summary>
    public static void Initialize(Action<string> warn)
    {
        ArePrivate = true;
        if (File.Exists(Path.Combine(CgroupDirectory, "cgroup.controllers")))
        {
            ManagesCgroups = UserNamespace.IsInitial && CurrentProcess.IsRoot;
        }
        else if (Directory.Exists(CgroupDirectory))
        {
            // crun refuses cgroup v1, and starts faster when it finds none.
            Mount.New("tmpfs", CgroupDirectory, "tmpfs", MountFlags.NoSetuid | MountFlags.NoDevices, "mode=755");
        }
        if (!UserNamespace.IsInitial)
            Emulating.PrivateHandlers.RegisterHere(warn);
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
