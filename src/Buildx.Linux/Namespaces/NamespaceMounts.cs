namespace Buildx.Linux.Namespaces;

/// <summary>The few mounts that make a private namespace of the engine's own.</summary>
public static class NamespaceMounts
{
    private const nuint NoSetuid = 2;
    private const nuint NoDevices = 4;
    private const nuint NoExecution = 8;
    private const nuint Bound = 4096;

    public static void MountTmpfs(string target, string options = "mode=755") =>
        Mount("tmpfs", target, "tmpfs", NoSetuid | NoDevices, options);

    public static void MountBinfmtMisc(string target = BinfmtMisc.DefaultDirectory) =>
        Mount("binfmt_misc", target, "binfmt_misc", NoSetuid | NoDevices | NoExecution, null);

    /// <summary>Makes a file or directory appear at another place too; a namespace's file stays alive by it.</summary>
    public static void Bind(string source, string target) => Mount(source, target, null, Bound, null);

    private static void Mount(string source, string target, string? type, nuint flags, string? options)
    {
        if (NamespaceCalls.Mount(source, target, type, flags, options) < 0)
            throw LinuxException.FromLastError("mount", target, type is null ? $"bind of {source}" : type);
    }
}
