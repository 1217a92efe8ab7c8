using System.Buffers;
using System.Buffers.Text;
using Buildx.Linux;

namespace Buildx.Engine.Storage;

/// <summary>
/// Reads tar archives entry by entry: ustar, pax and GNU headers. Values are bytes as written, so names in any encoding and
/// binary attributes survive. Synchronous: it feeds file calls.
/// </summary>
internal sealed class LayerTarReader(Stream stream)
{
    private const int BlockSize = 512;
    private const int MaxExtension = 4 * 1024 * 1024;
    private const string AttributePrefix = "SCHILY.xattr.";

    private readonly byte[] _block = new byte[BlockSize];
    private long _remaining;
    private int _padding;

    /// <exception cref="InvalidDataException">Not a tar archive, or damaged.</exception>
    public LayerTarEntry? Next()
    {
        Skip(_remaining + _padding);
        (_remaining, _padding) = (0, 0);
        var extension = new PaxValues();
        while (true)
        {
            if (!ReadBlock())
                return null;
            var size = ReadNumber(_block.AsSpan(124, 12), "size");
            switch (_block[156])
            {
                case (byte)'x':
                    ReadPax(ReadExtension(size), extension);
                    continue;
                case (byte)'g':
                    // Global headers carry comments (git archive) and defaults that no layer uses.
                    ReadExtension(size);
                    continue;
                case (byte)'L':
                    extension.Path = LinuxPath.GetString(TrimZeros(ReadExtension(size)));
                    continue;
                case (byte)'K':
                    extension.LinkPath = LinuxPath.GetString(TrimZeros(ReadExtension(size)));
                    continue;
                case (byte)'V' or (byte)'M':
                    Skip(Padded(size));
                    continue;
                case (byte)'S':
                    throw new InvalidDataException("sparse files in tar archives (GNU type S) are not supported");
            }
            if (extension.IsSparse)
                throw new InvalidDataException("sparse files in tar archives (GNU.sparse) are not supported");
            return ToEntry(extension, size);
        }
    }

    /// <summary>Reads the current entry's content.</summary>
    /// <returns>0 at its end.</returns>
    public int Read(Span<byte> buffer)
    {
        if (_remaining == 0)
            return 0;
        var read = stream.Read(buffer[..(int)Math.Min(buffer.Length, _remaining)]);
        if (read == 0)
            throw Truncated();
        _remaining -= read;
        return read;
    }

    private LayerTarEntry ToEntry(PaxValues extension, long size)
    {
        var flag = _block[156];
        var name = extension.Path ?? ReadName();
        var type = flag switch
        {
            0 or (byte)'0' or (byte)'7' => name.EndsWith('/') ? LayerTarEntryType.Directory : LayerTarEntryType.Regular,
            >= (byte)'1' and <= (byte)'6' => (LayerTarEntryType)flag,
            _ => throw new InvalidDataException($"tar entry \"{LinuxPath.ToDisplay(name)}\" has the unknown type '{(char)flag}'"),
        };
        size = extension.Size ?? size;
        if (size < 0)
            throw new InvalidDataException($"tar entry \"{LinuxPath.ToDisplay(name)}\" has a negative size");
        if (type != LayerTarEntryType.Regular)
        {
            // Some writers put the target's size on links; nothing follows then. Directories have no content either.
            size = 0;
        }
        _remaining = size;
        _padding = (int)(Padded(size) - size);
        return new LayerTarEntry(type, name)
        {
            Size = size,
            Mode = (uint)ReadNumber(_block.AsSpan(100, 8), "mode") & 0xfff,
            Uid = (uint)(extension.Uid ?? ReadNumber(_block.AsSpan(108, 8), "uid")),
            Gid = (uint)(extension.Gid ?? ReadNumber(_block.AsSpan(116, 8), "gid")),
            ModifiedAt = extension.ModifiedAt ?? new FileTime(ReadNumber(_block.AsSpan(136, 12), "mtime"), 0),
            LinkName = extension.LinkPath ?? LinuxPath.GetString(TrimZeros(_block.AsSpan(157, 100))),
            Device = type is LayerTarEntryType.CharacterDevice or LayerTarEntryType.BlockDevice
                ? new DeviceNumber((uint)ReadNumber(_block.AsSpan(329, 8), "devmajor"), (uint)ReadNumber(_block.AsSpan(337, 8), "devminor"))
                : default,
            Attributes = extension.Attributes,
        };
    }

    private string ReadName()
    {
        var name = LinuxPath.GetString(TrimZeros(_block.AsSpan(0, 100)));
        // The prefix belongs to POSIX's ustar; GNU ("ustar  ") keeps other things there.
        if (!_block.AsSpan(257, 6).SequenceEqual("ustar\0"u8))
            return name;
        var prefix = TrimZeros(_block.AsSpan(345, 155));
        return prefix.IsEmpty ? name : $"{LinuxPath.GetString(prefix)}/{name}";
    }

    private bool ReadBlock()
    {
        var read = stream.ReadAtLeast(_block, BlockSize, throwOnEndOfStream: false);
        if (read == 0)
            return false;
        if (read < BlockSize)
            throw Truncated();
        if (!_block.AsSpan().ContainsAnyExcept((byte)0))
        {
            // The end. Read on to the stream's end, so that what hashes it sees all of it.
            Skip(long.MaxValue);
            return false;
        }
        var expected = ReadNumber(_block.AsSpan(148, 8), "checksum");
        long unsigned = 8 * ' ', signed = 8 * ' ';
        for (var i = 0; i < BlockSize; i++)
        {
            if (i is >= 148 and < 156)
                continue;
            unsigned += _block[i];
            signed += (sbyte)_block[i];
        }
        if (expected != unsigned && expected != signed)
            throw new InvalidDataException("not a tar archive, or a damaged one: a header's checksum is wrong");
        return true;
    }

    private byte[] ReadExtension(long size)
    {
        if (size is < 0 or > MaxExtension)
            throw new InvalidDataException($"tar archive with an extended header of {size} bytes");
        var data = new byte[size];
        if (stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) < data.Length)
            throw Truncated();
        Skip(Padded(size) - size);
        return data;
    }

    private static void ReadPax(ReadOnlySpan<byte> data, PaxValues values)
    {
        while (!data.IsEmpty)
        {
            // "LENGTH KEY=VALUE\n", the length counting itself.
            if (!Utf8Parser.TryParse(data, out int length, out var digits) || length <= digits + 2 || length > data.Length
                || data[digits] != ' ' || data[length - 1] != '\n')
                throw new InvalidDataException("tar archive with a damaged pax header");
            var record = data[(digits + 1)..(length - 1)];
            data = data[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
                throw new InvalidDataException("tar archive with a damaged pax header");
            Set(values, LinuxPath.GetString(record[..equals]), record[(equals + 1)..]);
        }
    }

    private static void Set(PaxValues values, string key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case "path":
                values.Path = LinuxPath.GetString(value);
                break;
            case "linkpath":
                values.LinkPath = LinuxPath.GetString(value);
                break;
            case "size":
                values.Size = ParseDecimal(key, value);
                break;
            case "uid":
                values.Uid = ParseDecimal(key, value);
                break;
            case "gid":
                values.Gid = ParseDecimal(key, value);
                break;
            case "mtime":
                values.ModifiedAt = ParseTime(value);
                break;
            default:
                if (key.StartsWith(AttributePrefix, StringComparison.Ordinal))
                    values.Attributes.Add(new(key[AttributePrefix.Length..], value.ToArray()));
                else if (key.StartsWith("GNU.sparse.", StringComparison.Ordinal))
                    values.IsSparse = true;
                break;
        }
    }

    private static long ParseDecimal(string key, ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out long number, out var length) && length == value.Length
            ? number
            : throw new InvalidDataException($"tar archive with a pax header that has no number for {key}");

    private static FileTime ParseTime(ReadOnlySpan<byte> value)
    {
        var dot = value.IndexOf((byte)'.');
        var seconds = ParseDecimal("mtime", dot < 0 ? value : value[..dot]);
        if (dot < 0)
            return new FileTime(seconds, 0);
        var nanoseconds = 0;
        for (var i = 0; i < 9; i++)
        {
            var digit = dot + 1 + i < value.Length ? value[dot + 1 + i] - '0' : 0;
            if (digit is < 0 or > 9)
                throw new InvalidDataException("tar archive with a pax header that has no number for mtime");
            nanoseconds = (nanoseconds * 10) + digit;
        }
        return value[0] == '-' && nanoseconds > 0
            ? new FileTime(seconds - 1, 1_000_000_000 - nanoseconds)
            : new FileTime(seconds, nanoseconds);
    }

    internal static long ReadNumber(ReadOnlySpan<byte> field, string what)
    {
        if ((field[0] & 0x80) != 0)
        {
            // GNU: big-endian two's complement, the top bit only marking it.
            long number = (field[0] & 0x40) != 0 ? -1 : 0;
            for (var i = 0; i < field.Length; i++)
                number = (number << 8) | (i == 0 ? (byte)((field[0] & 0x40) != 0 ? field[0] : field[0] & 0x7f) : field[i]);
            return number;
        }
        long value = 0;
        foreach (var c in field.Trim((ReadOnlySpan<byte>)[(byte)' ', 0]))
        {
            if (c is < (byte)'0' or > (byte)'7')
                throw new InvalidDataException($"not a tar archive, or a damaged one: a header's {what} is not a number");
            value = (value << 3) | (uint)(c - '0');
        }
        return value;
    }

    private static ReadOnlySpan<byte> TrimZeros(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    private static long Padded(long size) => (size + BlockSize - 1) & ~(BlockSize - 1L);

    private void Skip(long count)
    {
        if (count == 0)
            return;
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (count > 0)
            {
                var read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, count));
                if (read == 0)
                {
                    if (count > long.MaxValue / 2)
                        return;
                    throw Truncated();
                }
                count -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static InvalidDataException Truncated() => new("the tar archive ends in the middle of an entry");

    private sealed class PaxValues
    {
        public string? Path { get; set; }
        public string? LinkPath { get; set; }
        public long? Size { get; set; }
        public long? Uid { get; set; }
        public long? Gid { get; set; }
        public FileTime? ModifiedAt { get; set; }
        public bool IsSparse { get; set; }
        public List<KeyValuePair<string, byte[]>> Attributes { get; } = [];
    }
}
