using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Buildx.Engine.Execution.Cgroups;
using Buildx.Linux;

namespace Buildx.Engine.Execution.Bundles;

/// <summary>
/// The system calls that a step may use: the profile of the field, as it comes out for <see cref="Capabilities.Default"/>.
/// An emulator's calls are this machine's, so emulated steps get the same profile.
/// </summary>
internal static partial class SeccompProfile
{
    private const int NotPermitted = 1;
    private const int NotImplemented = 38;

    /// <summary>CLONE_NEW* for mount, cgroup, UTS, IPC, user, PID and network namespaces.</summary>
    private const ulong CloneNamespaces = 0x7E020000;

    private const ulong AlgorithmFamily = 38;
    private const ulong VsockFamily = 40;

    /// <summary>Linux, UNAME26 and PER_LINUX32 personalities, and asking for the present one.</summary>
    private static readonly ulong[] Personalities = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

    private const ulong FileTypeMask = 0xf000;

    /// <summary>Of a file that hides another in an overlay.</summary>
    private static readonly DeviceNumber Whiteout = new(0, 0);

    /// <summary>The JSON of <c>linux.seccomp</c> for this machine.</summary>
    public static byte[] Json { get; } = Write(RuntimeInformation.OSArchitecture, refusesDeviceNodes: false);

    /// <summary>The same, but with which only nodes of <see cref="DeviceRules.Harmless"/> devices can be made, and whiteouts.</summary>
    public static byte[] JsonWithoutDeviceNodes => RefusingJson.Value;

    private static Lazy<byte[]> RefusingJson { get; } = new(() => Write(RuntimeInformation.OSArchitecture, refusesDeviceNodes: true));

    private static byte[] Write(Architecture architecture, bool refusesDeviceNodes)
    {
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("defaultAction", "SCMP_ACT_ERRNO");
            json.WriteNumber("defaultErrnoRet", NotPermitted);
            WriteArchitectures(json, architecture);
            json.WriteStartArray("syscalls");
            Allow(json, AllowedCalls);
            Allow(json, "process_vm_readv process_vm_writev ptrace chroot");
            if (refusesDeviceNodes)
                AllowHarmlessNodes(json);
            else
                Allow(json, "mknod mknodat");
            Allow(json, architecture switch
            {
                Architecture.X64 => "arch_prctl modify_ldt",
                Architecture.X86 => "modify_ldt",
                Architecture.Arm or Architecture.Arm64 => "arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls",
                Architecture.Ppc64le => "sync_file_range2 swapcontext",
                Architecture.S390x => "s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr",
                Architecture.RiscV64 => "riscv_flush_icache",
                _ => "",
            });
            // Every family but AF_ALG and AF_VSOCK.
            AllowWhen(json, "socket", 0, "SCMP_CMP_LT", AlgorithmFamily);
            AllowWhen(json, "socket", 0, "SCMP_CMP_EQ", AlgorithmFamily + 1);
            AllowWhen(json, "socket", 0, "SCMP_CMP_GT", VsockFamily);
            foreach (var personality in Personalities)
                AllowWhen(json, "personality", 0, "SCMP_CMP_EQ", personality);
            // Without new namespaces. clone3 hides its flags behind a pointer: "not implemented" makes libraries fall back to clone.
            AllowWhen(json, "clone", architecture == Architecture.S390x ? 1 : 0, "SCMP_CMP_MASKED_EQ", CloneNamespaces, 0);
            WriteRule(json, ["clone3"], "SCMP_ACT_ERRNO", NotImplemented);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteArchitectures(Utf8JsonWriter json, Architecture architecture)
    {
        string[] names = architecture switch
        {
            Architecture.X64 => ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            Architecture.Arm64 => ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
            Architecture.S390x => ["SCMP_ARCH_S390X", "SCMP_ARCH_S390"],
            Architecture.RiscV64 => ["SCMP_ARCH_RISCV64"],
            Architecture.LoongArch64 => ["SCMP_ARCH_LOONGARCH64"],
            _ => [],
        };
        if (names.Length == 0)
            return;
        json.WriteStartArray("architectures");
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void Allow(Utf8JsonWriter json, string calls)
    {
        var names = calls.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > 0)
            WriteRule(json, names, "SCMP_ACT_ALLOW", null);
    }

    private static void AllowHarmlessNodes(Utf8JsonWriter json)
    {
        foreach (var (call, mode) in (ReadOnlySpan<(string, int)>)[("mknod", 1), ("mknodat", 2)])
        {
            // A type of nothing means a regular file.
            foreach (var type in (ReadOnlySpan<FileType>)[FileType.Unknown, FileType.Regular, FileType.Fifo, FileType.Socket])
                AllowWhen(json, call, mode, "SCMP_CMP_MASKED_EQ", FileTypeMask, (ulong)type);
            foreach (var device in DeviceRules.Harmless.Append(Whiteout))
            {
                WriteRule(json, [call], "SCMP_ACT_ALLOW", null, () =>
                {
                    json.WriteStartArray("args");
                    WriteCondition(json, mode, "SCMP_CMP_MASKED_EQ", FileTypeMask, (ulong)FileType.CharacterDevice);
                    WriteCondition(json, mode + 1, "SCMP_CMP_EQ", device.Value);
                    json.WriteEndArray();
                });
            }
        }
    }

    private static void AllowWhen(Utf8JsonWriter json, string call, int argument, string comparison, ulong value, ulong? second = null) =>
        WriteRule(json, [call], "SCMP_ACT_ALLOW", null, () =>
        {
            json.WriteStartArray("args");
            WriteCondition(json, argument, comparison, value, second);
            json.WriteEndArray();
        });

    private static void WriteCondition(Utf8JsonWriter json, int argument, string comparison, ulong value, ulong? second = null)
    {
        json.WriteStartObject();
        json.WriteNumber("index", argument);
        json.WriteNumber("value", value);
        if (second is { } other)
            json.WriteNumber("valueTwo", other);
        json.WriteString("op", comparison);
        json.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter json, ReadOnlySpan<string> names, string action, int? error, Action? writeConditions = null)
    {
        json.WriteStartObject();
        json.WriteStartArray("names");
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteString("action", action);
        if (error is { } number)
            json.WriteNumber("errnoRet", number);
        writeConditions?.Invoke();
        json.WriteEndObject();
    }
}
