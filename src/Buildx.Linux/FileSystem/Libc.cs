using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

/// <summary>The C library's file calls as they are; <see cref="FileSystem"/> is what others use.</summary>
internal static unsafe partial class Libc
{
    public const int CurrentDirectory = -100;
    public const int NoFollow = 0x100;
    public const int EmptyPath = 0x1000;
    public const int RemoveDirectory = 0x200;

    public const nint SysOpenTree = 428;
    public const nint SysMoveMount = 429;
    public const nint SysFsopen = 430;
    public const nint SysFsconfig = 431;
    public const nint SysFsmount = 432;
    public const nint SysOpenat2 = 437;
    public const nint SysMountSetattr = 442;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    public static partial int Openat(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SyscallOpenat2(nint number, nint directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, OpenHow* how, nint size);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    public static partial int Statx(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, int flags, uint mask, StatxBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    public static partial int Statx(int directory, byte* path, int flags, uint mask, StatxBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint Getdents64(int directory, byte* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    public static partial long Lseek(int file, long offset, int whence);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint Readlinkat(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, byte* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int Mkdirat(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, uint mode);

    [LibraryImport(Library, EntryPoint = "mknodat", SetLastError = true)]
    public static partial int Mknodat(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, uint mode, ulong device);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int Symlinkat(
        [MarshalUsing(typeof(LinuxPathMarshaller))] string target, int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    public static partial int Linkat(
        int oldDirectory, [MarshalUsing(typeof(LinuxPathMarshaller))] string oldPath,
        int newDirectory, [MarshalUsing(typeof(LinuxPathMarshaller))] string newPath, int flags);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int Unlinkat(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, int flags);

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true)]
    public static partial int Renameat2(
        int oldDirectory, [MarshalUsing(typeof(LinuxPathMarshaller))] string oldPath,
        int newDirectory, [MarshalUsing(typeof(LinuxPathMarshaller))] string newPath, uint flags);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    public static partial int Fchownat(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, uint uid, uint gid, int flags);

    [LibraryImport(Library, EntryPoint = "fchown", SetLastError = true)]
    public static partial int Fchown(int file, uint uid, uint gid);

    [LibraryImport(Library, EntryPoint = "fchmodat", SetLastError = true)]
    public static partial int Fchmodat(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, uint mode, int flags);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int Fchmod(int file, uint mode);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    public static partial int Utimensat(int directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, TimeSpec* times, int flags);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    public static partial int Futimens(int file, TimeSpec* times);

    [LibraryImport(Library, EntryPoint = "copy_file_range", SetLastError = true)]
    public static partial nint CopyFileRange(int source, long* sourceOffset, int target, long* targetOffset, nint length, uint flags);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int file, nuint request, nint argument);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Flock(int file, int operation);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int file);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    public static partial int Syncfs(int file);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, byte* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "statfs", SetLastError = true)]
    public static partial int Statfs([MarshalUsing(typeof(LinuxPathMarshaller))] string path, StatfsBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "umask")]
    public static partial uint Umask(uint mask);

    /// <summary>The descriptor's number, for one call while the handle is kept alive by the caller.</summary>
    public static int Number(SafeFileHandle? handle) => handle is null ? CurrentDirectory : (int)handle.DangerousGetHandle();

    public static int Native(OpenFlags flags)
    {
        var value = (int)(flags | OpenFlags.CloseOnExec);
        if (RuntimeInformation.ProcessArchitecture is not Architecture.Arm64)
            return value;
        // arm64 swaps these against x86-64.
        value &= ~(int)(OpenFlags.Directory | OpenFlags.NoFollow);
        if (flags.HasFlag(OpenFlags.Directory))
            value |= 0x4000;
        if (flags.HasFlag(OpenFlags.NoFollow))
            value |= 0x8000;
        return value;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct StatxTime
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;
    }

    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct StatxBuffer
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint LinkCount;
        public uint Uid;
        public uint Gid;
        public ushort Mode;
        public ushort Padding;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        public StatxTime AccessedAt;
        public StatxTime CreatedAt;
        public StatxTime ChangedAt;
        public StatxTime ModifiedAt;
        public uint SpecialMajor;
        public uint SpecialMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
    }

    /// <summary>The layout of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 120)]
    public struct StatfsBuffer
    {
        public long Type;
        public long BlockSize;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Files;
        public ulong FreeFiles;
    }
}
