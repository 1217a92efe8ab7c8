using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Buildx.Linux;

internal static unsafe partial class LibcMounts
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true)]
    public static partial int Mount(
        [MarshalUsing(typeof(LinuxPathMarshaller))] string? source, [MarshalUsing(typeof(LinuxPathMarshaller))] string target,
        [MarshalUsing(typeof(LinuxPathMarshaller))] string? type, nuint flags, [MarshalUsing(typeof(LinuxPathMarshaller))] string? data);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true)]
    public static partial int Umount2([MarshalUsing(typeof(LinuxPathMarshaller))] string target, int flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Fsopen(nint number, [MarshalUsing(typeof(LinuxPathMarshaller))] string type, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Fsconfig(
        nint number, nint context, nint command, [MarshalUsing(typeof(LinuxPathMarshaller))] string? key,
        [MarshalUsing(typeof(LinuxPathMarshaller))] string? value, nint auxiliary);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Fsmount(nint number, nint context, nint flags, nint attributes);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint MoveMount(
        nint number, nint source, [MarshalUsing(typeof(LinuxPathMarshaller))] string sourcePath,
        nint target, [MarshalUsing(typeof(LinuxPathMarshaller))] string targetPath, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint OpenTree(nint number, nint directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint MountSetattr(
        nint number, nint directory, [MarshalUsing(typeof(LinuxPathMarshaller))] string path, nint flags, MountAttributes* attributes, nint size);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int file, byte* buffer, nint length);

    [StructLayout(LayoutKind.Sequential)]
    public struct MountAttributes
    {
        public ulong Set;
        public ulong Clear;
        public ulong Propagation;
        public ulong UserNamespace;
    }
}
