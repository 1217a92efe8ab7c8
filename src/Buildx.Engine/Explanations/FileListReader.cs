using System.Buffers.Binary;
using System.Text;
using Buildx.Linux;

namespace Buildx.Engine.Explanations;

/// <summary>Reads one file of a <see cref="FileList"/> after the other, without making anything of those that nobody asks for.</summary>
internal sealed class FileListReader(byte[] list)
{
    private int _position;
    private char[] _path = new char[256];
    private int _length;

    public ReadOnlySpan<char> Path => _path.AsSpan(0, _length);

    public FilePrint Print { get; private set; }

    public bool MoveNext()
    {
        if (_position >= list.Length)
            return false;
        _length = (int)ReadNumber();
        var rest = ReadBytes();
        if (_path.Length < _length + rest.Length)
            Array.Resize(ref _path, (_length + rest.Length) * 2);
        _length += Encoding.UTF8.GetChars(rest, _path.AsSpan(_length));
        var mode = (uint)ReadNumber();
        var (uid, gid, size) = ((uint)ReadNumber(), (uint)ReadNumber(), (long)ReadNumber());
        var type = (FileType)(mode & 0xf000);
        ulong content = 0;
        if (type == FileType.Regular)
            content = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
        var link = type == FileType.SymbolicLink ? Encoding.UTF8.GetString(ReadBytes()) : "";
        Print = new FilePrint(mode, uid, gid, size, content, link, BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint))));
        return true;
    }

    private ReadOnlySpan<byte> ReadBytes() => Take((int)ReadNumber());

    private ReadOnlySpan<byte> Take(int length)
    {
        var taken = list.AsSpan(_position, length);
        _position += length;
        return taken;
    }

    /// <summary>Seven bits in each byte, the low ones first, as <see cref="BinaryWriter"/> writes them.</summary>
    private ulong ReadNumber()
    {
        ulong number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = list[_position++];
            number |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return number;
        }
    }
}
