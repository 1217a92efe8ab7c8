using System.Collections.Immutable;
using System.Globalization;

namespace Buildx.Engine.Execution.Bundles;

/// <summary>What a step's processes may do.</summary>
internal static class Capabilities
{
    /// <summary>Those that containers have everywhere in the field.</summary>
    public static ImmutableArray<string> Default { get; } =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    /// <summary>By the kernel's numbers.</summary>
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT",
        "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE",
        "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ",
        "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>All that this process may pass on.</summary>
    public static ImmutableArray<string> ReadOwn()
    {
        var bounding = ReadMask("CapBnd:");
        return [.. Names.Where((_, number) => (bounding & (1UL << number)) != 0).Select(name => "CAP_" + name)];
    }

    /// <summary>Whether this process has one now.</summary>
    /// <param name="name">Without <c>CAP_</c>.</param>
    public static bool IsEffective(string name) => (ReadMask("CapEff:") & (1UL << Array.IndexOf(Names, name))) != 0;

    private static ulong ReadMask(string field)
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
                return ulong.Parse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
        return 0;
    }
}
