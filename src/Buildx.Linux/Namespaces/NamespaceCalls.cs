using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Buildx.Linux.Namespaces;

internal static partial class NamespaceCalls
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true)]
    public static partial int Mount(
        [MarshalUsing(typeof(LinuxPathMarshaller))] string source,
        [MarshalUsing(typeof(LinuxPathMarshaller))] string target,
        [MarshalUsing(typeof(LinuxPathMarshaller))] string? type,
        nuint flags,
        [MarshalUsing(typeof(LinuxPathMarshaller))] string? data);
}
