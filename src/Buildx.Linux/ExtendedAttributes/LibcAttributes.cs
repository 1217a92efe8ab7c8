using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Buildx.Linux;

internal static unsafe partial class LibcAttributes
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "lgetxattr", SetLastError = true)]
    public static partial nint Lgetxattr(
        [MarshalUsing(typeof(LinuxPathMarshaller))] string path, [MarshalUsing(typeof(LinuxPathMarshaller))] string name, byte* value, nint size);

    [LibraryImport(Library, EntryPoint = "fgetxattr", SetLastError = true)]
    public static partial nint Fgetxattr(int file, [MarshalUsing(typeof(LinuxPathMarshaller))] string name, byte* value, nint size);

    [LibraryImport(Library, EntryPoint = "lsetxattr", SetLastError = true)]
    public static partial int Lsetxattr(
        [MarshalUsing(typeof(LinuxPathMarshaller))] string path, [MarshalUsing(typeof(LinuxPathMarshaller))] string name, byte* value, nint size, int flags);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    public static partial int Fsetxattr(int file, [MarshalUsing(typeof(LinuxPathMarshaller))] string name, byte* value, nint size, int flags);

    [LibraryImport(Library, EntryPoint = "llistxattr", SetLastError = true)]
    public static partial nint Llistxattr([MarshalUsing(typeof(LinuxPathMarshaller))] string path, byte* list, nint size);

    [LibraryImport(Library, EntryPoint = "flistxattr", SetLastError = true)]
    public static partial nint Flistxattr(int file, byte* list, nint size);

    [LibraryImport(Library, EntryPoint = "lremovexattr", SetLastError = true)]
    public static partial int Lremovexattr(
        [MarshalUsing(typeof(LinuxPathMarshaller))] string path, [MarshalUsing(typeof(LinuxPathMarshaller))] string name);

    [LibraryImport(Library, EntryPoint = "fremovexattr", SetLastError = true)]
    public static partial int Fremovexattr(int file, [MarshalUsing(typeof(LinuxPathMarshaller))] string name);
}
