using System.Globalization;
using System.Text;
using Buildx.Linux;

namespace Buildx.Engine.Storage;

/// <summary>
/// Writes tar archives as Go's <c>archive/tar</c> does in its pax format: ustar headers, and a pax header before an entry only
/// for what doesn't fit, so that the same tree gives the bytes that BuildKit's layers have.
/// </summary>
internal sealed class LayerTarWriter(Stream stream)
{
    private const int BlockSize = 512;
    private const long MaxOctal8 = 0x1fffff;
    private const long MaxOctal12 = 0x1ffffffff;

    private readonly byte[] _block = new byte[BlockSize];
    private static readonly byte[] Zeros = new byte[2 * BlockSize];

    /// <summary>Starts an entry; its content, exactly <see cref="LayerTarEntry.Size"/> bytes, is written to the stream by the caller and ended by <see cref="EndContent"/>.</summary>
    public void WriteHeader(LayerTarEntry entry)
    {
        var name = LinuxPath.GetBytes(entry.Name);
        var link = LinuxPath.GetBytes(entry.LinkName);
        var extension = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        AddText("path", name);
        AddText("linkpath", link);
        AddNumber("size", entry.Size, MaxOctal12);
        AddNumber("uid", entry.Uid, MaxOctal8);
        AddNumber("gid", entry.Gid, MaxOctal8);
        AddNumber("mtime", entry.ModifiedAt.Seconds, MaxOctal12);
        foreach (var (key, value) in entry.Attributes)
            extension[$"SCHILY.xattr.{key}"] = value;
        if (extension.Count > 0)
            WriteExtension(name, extension);
        WriteBlock(name, (byte)entry.Type, link, entry);

        void AddText(string key, byte[] value)
        {
            if (value.Length > 100 || value.AsSpan().ContainsAnyExceptInRange((byte)1, (byte)0x7f))
                extension[key] = value;
        }

        void AddNumber(string key, long value, long max)
        {
            if (value < 0 || value > max)
                extension[key] = Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    public void EndContent(long size)
    {
        var rest = (int)(size & (BlockSize - 1));
        if (rest != 0)
            stream.Write(Zeros, 0, BlockSize - rest);
    }

    /// <summary>Writes the end of the archive.</summary>
    public void Finish() => stream.Write(Zeros);

    private void WriteExtension(byte[] name, SortedDictionary<string, byte[]> values)
    {
        var data = new MemoryStream();
        foreach (var (key, value) in values)
        {
            var keyBytes = LinuxPath.GetBytes(key);
            // The length counts its own digits.
            var length = keyBytes.Length + value.Length + 3;
            var total = length + CountDigits(length);
            if (CountDigits(total) > CountDigits(length))
                total = length + CountDigits(total);
            data.Write(Encoding.ASCII.GetBytes(total.ToString(CultureInfo.InvariantCulture)));
            data.WriteByte((byte)' ');
            data.Write(keyBytes);
            data.WriteByte((byte)'=');
            data.Write(value);
            data.WriteByte((byte)'\n');
        }
        WriteBlock(GetExtensionName(name), (byte)'x', [], new LayerTarEntry(LayerTarEntryType.Regular, "") { Size = data.Length });
        stream.Write(data.GetBuffer(), 0, (int)data.Length);
        EndContent(data.Length);
    }

    private static byte[] GetExtensionName(byte[] name)
    {
        var trimmed = name.AsSpan().TrimEnd((byte)'/');
        var slash = trimmed.LastIndexOf((byte)'/');
        byte[] full = [.. trimmed[..(slash + 1)], .. "PaxHeaders.0/"u8, .. trimmed[(slash + 1)..]];
        var ascii = Array.FindAll(full, c => c < 0x80);
        return ascii.Length > 100 ? ascii.AsSpan(0, 100).TrimEnd((byte)'/').ToArray() : ascii;
    }

    private void WriteBlock(byte[] name, byte type, byte[] link, LayerTarEntry entry)
    {
        _block.AsSpan().Clear();
        WriteText(_block.AsSpan(0, 100), name);
        WriteOctal(_block.AsSpan(100, 8), entry.Mode);
        WriteOctal(_block.AsSpan(108, 8), entry.Uid <= MaxOctal8 ? entry.Uid : 0);
        WriteOctal(_block.AsSpan(116, 8), entry.Gid <= MaxOctal8 ? entry.Gid : 0);
        WriteOctal(_block.AsSpan(124, 12), entry.Size <= MaxOctal12 ? entry.Size : 0);
        WriteOctal(_block.AsSpan(136, 12), entry.ModifiedAt.Seconds is >= 0 and <= MaxOctal12 ? entry.ModifiedAt.Seconds : 0);
        _block[156] = type;
        WriteText(_block.AsSpan(157, 100), link);
        "ustar\000"u8.CopyTo(_block.AsSpan(257));
        if (type != 'x')
        {
            WriteOctal(_block.AsSpan(329, 8), entry.Device.Major);
            WriteOctal(_block.AsSpan(337, 8), entry.Device.Minor);
        }
        _block.AsSpan(148, 8).Fill((byte)' ');
        long sum = 0;
        foreach (var value in _block)
            sum += value;
        WriteOctal(_block.AsSpan(148, 7), sum);
        _block[155] = (byte)' ';
        stream.Write(_block);
    }

    /// <summary>What fits, without what isn't ASCII: a pax header has the whole.</summary>
    private static void WriteText(Span<byte> field, byte[] value)
    {
        var length = 0;
        foreach (var c in value)
        {
            if (c >= 0x80)
                continue;
            if (length == field.Length)
                break;
            field[length++] = c;
        }
        // A cut must not look like a directory.
        if (length == field.Length && length < value.Length && field[^1] == '/')
        {
            while (length > 0 && field[length - 1] == '/')
                field[--length] = 0;
        }
    }

    private static void WriteOctal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }

    private static int CountDigits(int value) => value.ToString(CultureInfo.InvariantCulture).Length;
}
