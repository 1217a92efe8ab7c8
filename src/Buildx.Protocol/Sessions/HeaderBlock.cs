using System.Buffers;

namespace Buildx.Protocol.Sessions;

/// <summary>As much of HPACK (RFC 7541) as it takes to find a plain literal field in a header block and to repeat it.</summary>
internal static class HeaderBlock
{
    private const byte HuffmanFlag = 0x80;

    /// <summary>The block with every literal value that contains the separator written as several fields of the same name.</summary>
    public static ReadOnlySpan<byte> SplitRepeated(ReadOnlySpan<byte> block)
    {
        if (!block.Contains((byte)RepeatedMetadata.Separator))
            return block;
        var output = new ArrayBufferWriter<byte>(block.Length * 2);
        var position = 0;
        while (position < block.Length)
        {
            var start = position;
            var first = block[position];
            if ((first & 0x80) != 0)
            {
                ReadInteger(block, ref position, 7);
            }
            else if ((first & 0xe0) == 0x20)
            {
                ReadInteger(block, ref position, 5);
            }
            else
            {
                var isIndexed = (first & 0x40) != 0;
                if (ReadInteger(block, ref position, isIndexed ? 6 : 4) == 0)
                    SkipString(block, ref position);
                var nameEnd = position;
                var value = ReadString(block, ref position, out var isPlain);
                if (!isIndexed && isPlain && value.Contains((byte)RepeatedMetadata.Separator))
                {
                    foreach (var range in value.Split((byte)RepeatedMetadata.Separator))
                    {
                        output.Write(block[start..nameEnd]);
                        WriteLength(output, value[range].Length);
                        output.Write(value[range]);
                    }
                    continue;
                }
            }
            output.Write(block[start..position]);
        }
        return output.WrittenSpan;
    }

    private static void SkipString(ReadOnlySpan<byte> block, ref int position) => ReadString(block, ref position, out _);

    private static ReadOnlySpan<byte> ReadString(ReadOnlySpan<byte> block, ref int position, out bool isPlain)
    {
        isPlain = (block[position] & HuffmanFlag) == 0;
        var length = ReadInteger(block, ref position, 7);
        var value = block.Slice(position, length);
        position += length;
        return value;
    }

    private static int ReadInteger(ReadOnlySpan<byte> block, ref int position, int prefixBits)
    {
        var limit = (1 << prefixBits) - 1;
        var value = block[position++] & limit;
        if (value < limit)
            return value;
        for (var shift = 0; ; shift += 7)
        {
            var next = block[position++];
            value += (next & 0x7f) << shift;
            if ((next & 0x80) == 0)
                return value;
        }
    }

    private static void WriteLength(ArrayBufferWriter<byte> output, int length)
    {
        if (length < 127)
        {
            Append(output, (byte)length);
            return;
        }
        Append(output, 127);
        length -= 127;
        for (; length >= 128; length >>= 7)
            Append(output, (byte)(length | 0x80));
        Append(output, (byte)length);
    }

    private static void Append(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
