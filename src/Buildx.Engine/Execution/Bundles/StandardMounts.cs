using System.Collections.Immutable;
using Buildx.Linux;

namespace Buildx.Engine.Execution.Bundles;

/// <summary>The file systems that every container has.</summary>
internal static class StandardMounts
{
    private const int TerminalGroup = 5;

    /// <param name="inUserNamespace">Where sysfs can't be mounted, so the host's is shown.</param>
    public static ImmutableArray<BundleMount> Create(bool inUserNamespace, bool writableSys, string resolvConf, string hosts)
    {
        var sysAccess = writableSys ? "rw" : "ro";
        return
        [
            new("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
            new("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            new("/dev/pts", "devpts", "devpts",
            [
                "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620",
                .. IsGroupMapped(TerminalGroup) ? [$"gid={TerminalGroup}"] : ImmutableArray<string>.Empty,
            ]),
            new("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
            new("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
            inUserNamespace
                ? new("/sys", "bind", "/sys", ["rbind", "nosuid", "noexec", "nodev", sysAccess])
                : new("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", sysAccess]),
            BundleMount.Bind("/etc/resolv.conf", resolvConf, readOnly: true, "nosuid", "noexec", "nodev"),
            BundleMount.Bind("/etc/hosts", hosts, readOnly: true, "nosuid", "noexec", "nodev"),
        ];
    }

    /// <summary>An ordinary user without subordinate ids has only one.</summary>
    private static bool IsGroupMapped(uint group)
    {
        if (UserNamespace.IsInitial)
            return true;
        foreach (var line in File.ReadLines("/proc/self/gid_map"))
        {
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 3 && uint.Parse(fields[0]) <= group && group - uint.Parse(fields[0]) < uint.Parse(fields[2]))
                return true;
        }
        return false;
    }
}
