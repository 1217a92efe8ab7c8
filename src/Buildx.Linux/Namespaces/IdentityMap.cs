namespace Buildx.Linux.Namespaces;

/// <summary>Maps of ids between a user namespace and its parent (<c>/proc/PID/uid_map</c>).</summary>
public static class IdentityMap
{
    /// <summary>
    /// One less than the kernel's own map of the initial namespace: OCI runtimes take a full map for that one and then try what
    /// only it may do (<c>mknod</c>).
    /// </summary>
    public const uint Count = 4294967294;

    /// <summary>Gives a process that has just made its user namespace all ids as they are outside. Needs CAP_SETUID and CAP_SETGID.</summary>
    public static void WriteAll(int processId)
    {
        Write($"/proc/{processId}/uid_map");
        Write($"/proc/{processId}/gid_map");
    }

    private static void Write(string path)
    {
        // The kernel takes a map in one write, and only once.
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        Processes.Descriptors.Write(handle, System.Text.Encoding.ASCII.GetBytes($"0 0 {Count}\n"));
    }
}
