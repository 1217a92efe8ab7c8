using System.Runtime.InteropServices;

namespace Buildx.Linux.Processes;

/// <summary>A null-terminated vector of null-terminated strings, as <c>execve</c> wants it.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    public NativeStrings(IReadOnlyList<string> strings)
    {
        _count = strings.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
            Pointer[i] = Allocate(strings[i]);
    }

    public byte** Pointer { get; private set; }

    public static byte* Allocate(string text)
    {
        if (text.Contains('\0'))
            throw new ArgumentException("an argument must not contain a zero byte");
        var length = LinuxPath.GetMaxByteCount(text);
        var memory = (byte*)NativeMemory.Alloc((nuint)length + 1);
        memory[LinuxPath.GetBytes(text, new Span<byte>(memory, length))] = 0;
        return memory;
    }

    public void Dispose()
    {
        if (Pointer is null)
            return;
        for (var i = 0; i < _count; i++)
            NativeMemory.Free(Pointer[i]);
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
