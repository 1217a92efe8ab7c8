using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux.Namespaces;

/// <summary>The kernel's programs that decide which devices the processes of a cgroup (v2) may use.</summary>
public static unsafe partial class DeviceProgram
{
    private const nint Load = 5;
    private const nint Attach = 8;
    private const uint KindCgroupDevice = 15;
    private const uint AttachToCgroupDevice = 6;

    /// <summary><c>r0 = 1; exit</c>: everything is allowed.</summary>
    private static readonly ulong[] Allow = [0x0000_0001_0000_00b7, 0x95];

    private static nint CallNumber => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.X86 => 357,
        Architecture.Arm => 386,
        Architecture.Ppc64le => 361,
        Architecture.S390x => 351,
        _ => 280,
    };

    /// <summary>Tries it on a cgroup, whose processes may still do everything afterwards.</summary>
    public static bool CanBeAttached(SafeFileHandle cgroup)
    {
        ArgumentNullException.ThrowIfNull(cgroup);
        fixed (ulong* instructions = Allow)
        fixed (byte* license = "GPL\0"u8)
        {
            var load = new LoadAttributes { Kind = KindCgroupDevice, Count = (uint)Allow.Length, Instructions = (ulong)instructions, License = (ulong)license };
            var number = Syscall(CallNumber, Load, &load, (nint)sizeof(LoadAttributes));
            if (number < 0)
                return false;
            using var program = new SafeFileHandle(number, ownsHandle: true);
            var attach = new AttachAttributes { Target = (uint)cgroup.DangerousGetHandle(), Program = (uint)number, Kind = AttachToCgroupDevice };
            var result = Syscall(CallNumber, Attach, &attach, (nint)sizeof(AttachAttributes));
            GC.KeepAlive(cgroup);
            return result == 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint command, void* attributes, nint size);

    [StructLayout(LayoutKind.Sequential)]
    private struct LoadAttributes
    {
        public uint Kind;
        public uint Count;
        public ulong Instructions;
        public ulong License;
        public uint LogLevel;
        public uint LogSize;
        public ulong Log;
        public uint KernelVersion;
        public uint Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AttachAttributes
    {
        public uint Target;
        public uint Program;
        public uint Kind;
        public uint Flags;
    }
}
