using System.Runtime.InteropServices;

namespace Buildx.Linux.Processes;

/// <summary>What libraries outside of .NET have allocated, as glibc counts it.</summary>
/// <param name="Used">Bytes in use.</param>
/// <param name="Held">Bytes that its arenas hold of the system, in use or not.</param>
public readonly partial record struct NativeHeap(long Used, long Held)
{
    /// <summary>Null where the C library doesn't tell.</summary>
    public static NativeHeap? Read()
    {
        try
        {
            var information = GetInformation();
            return new NativeHeap((long)(information.Used + information.Mapped), (long)(information.Arena + information.Mapped));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Gives back to the system what is held and not used.</summary>
    public static void Trim()
    {
        try
        {
            Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which sees to that in its own way.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial Information GetInformation();

    /// <summary>glibc's <c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Information
    {
        public nuint Arena;
        public nuint FreeChunks;
        public nuint FastChunks;
        public nuint MappedRegions;
        public nuint Mapped;
        public nuint Reserved;
        public nuint FastFree;
        public nuint Used;
        public nuint Free;
        public nuint Releasable;
    }
}
