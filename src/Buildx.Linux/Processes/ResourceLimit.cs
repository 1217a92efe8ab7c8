namespace Buildx.Linux.Processes;

/// <summary>A resource limit of this process (<c>getrlimit</c>).</summary>
public readonly record struct ResourceLimit(ulong Soft, ulong Hard)
{
    public const ulong Unlimited = ulong.MaxValue;

    private static readonly string[] Names =
        ["cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"];

    /// <param name="name">As in <c>--ulimit</c>: <c>nofile</c>, <c>nproc</c>, …</param>
    /// <returns>Null for a name the kernel doesn't know.</returns>
    public static unsafe ResourceLimit? Get(string name)
    {
        var number = Array.IndexOf(Names, name.ToLowerInvariant());
        if (number < 0)
            return null;
        ProcessCalls.ResourceLimitValue value;
        if (ProcessCalls.GetResourceLimit(number, &value) < 0)
            throw LinuxException.FromLastError("getrlimit", name);
        return new ResourceLimit(value.Soft, value.Hard);
    }
}
