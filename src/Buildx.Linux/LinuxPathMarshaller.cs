using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Buildx.Linux;

/// <summary>Hands a <see cref="LinuxPath"/> string to the C library, without allocating when it is short.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(ManagedToUnmanagedIn))]
internal static unsafe class LinuxPathMarshaller
{
    public ref struct ManagedToUnmanagedIn
    {
        private byte* _text;
        private bool _allocated;

        public static int BufferSize => 512;

        public void FromManaged(string? managed, Span<byte> buffer)
        {
            _allocated = false;
            _text = null;
            if (managed is null)
                return;
            if (managed.Contains('\0'))
                throw new ArgumentException("a path must not contain a zero byte");
            var needed = LinuxPath.GetMaxByteCount(managed) + 1;
            if (needed > buffer.Length)
            {
                buffer = new Span<byte>(NativeMemory.Alloc((nuint)needed), needed);
                _allocated = true;
            }
            _text = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));
            buffer[LinuxPath.GetBytes(managed, buffer)] = 0;
        }

        public readonly byte* ToUnmanaged() => _text;

        public readonly void Free()
        {
            if (_allocated)
                NativeMemory.Free(_text);
        }
    }
}
