using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

/// <summary>
/// Reads a directory with <c>getdents64</c>, without allocating per entry: <see cref="Name"/> makes a string only when asked.
/// <c>.</c> and <c>..</c> are left out; the order is the file system's.
/// </summary>
public unsafe ref struct DirectoryReader : IDisposable
{
    private const int HeaderLength = 19;

    private readonly SafeFileHandle _directory;
    private byte[]? _buffer;
    private int _position;
    private int _length;
    private int _nameStart;
    private int _nameLength;

    /// <param name="directory">Open for reading; the reader starts at the beginning and doesn't close it.</param>
    public DirectoryReader(SafeFileHandle directory)
    {
        _directory = directory;
        _buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        if (Libc.Lseek(Libc.Number(directory), 0, 0) < 0)
            throw LinuxException.FromLastError("lseek", null);
    }

    public FileType Type { get; private set; }

    public ulong Inode { get; private set; }

    public readonly ReadOnlySpan<byte> NameBytes => _buffer.AsSpan(_nameStart, _nameLength);

    /// <summary>The name with the zero byte behind it, as calls take it.</summary>
    public readonly ReadOnlySpan<byte> NameWithTerminator => _buffer.AsSpan(_nameStart, _nameLength + 1);

    public readonly string Name => LinuxPath.GetString(NameBytes);

    public bool Read()
    {
        ObjectDisposedException.ThrowIf(_buffer is null, typeof(DirectoryReader));
        while (true)
        {
            if (_position >= _length && !Fill())
                return false;
            var entry = _buffer.AsSpan(_position, _length - _position);
            Inode = MemoryMarshal.Read<ulong>(entry);
            var size = MemoryMarshal.Read<ushort>(entry[16..]);
            Type = ToFileType(entry[18]);
            _nameStart = _position + HeaderLength;
            _nameLength = entry[HeaderLength..].IndexOf((byte)0);
            _position += size;
            if (!NameBytes.SequenceEqual("."u8) && !NameBytes.SequenceEqual(".."u8))
                return true;
        }
    }

    public static List<DirectoryEntry> ReadAll(SafeFileHandle directory)
    {
        var entries = new List<DirectoryEntry>();
        using var reader = new DirectoryReader(directory);
        while (reader.Read())
            entries.Add(new DirectoryEntry(reader.Name, reader.Type, reader.Inode));
        return entries;
    }

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    private bool Fill()
    {
        fixed (byte* pointer = _buffer)
        {
            var length = Libc.Getdents64(Libc.Number(_directory), pointer, _buffer!.Length);
            if (length < 0)
                throw LinuxException.FromLastError("getdents64", null);
            (_position, _length) = (0, (int)length);
            return length > 0;
        }
    }

    // The kernel's DT_ values are the S_IFMT bits shifted.
    private static FileType ToFileType(byte type) => (FileType)(type << 12);
}
