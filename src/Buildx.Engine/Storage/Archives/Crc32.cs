using System.Buffers.Binary;

namespace Buildx.Engine.Storage;

/// <summary>The checksum of gzip, eight bytes at a time.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = MakeTables();

    /// <param name="checksum">Of what came before; 0 at the start.</param>
    public static uint Append(uint checksum, ReadOnlySpan<byte> data)
    {
        var crc = ~checksum;
        var (t0, t1, t2, t3, t4, t5, t6, t7) =
            (Tables[0], Tables[1], Tables[2], Tables[3], Tables[4], Tables[5], Tables[6], Tables[7]);
        while (data.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t7[low & 0xff] ^ t6[(low >> 8) & 0xff] ^ t5[(low >> 16) & 0xff] ^ t4[low >> 24]
                ^ t3[high & 0xff] ^ t2[(high >> 8) & 0xff] ^ t1[(high >> 16) & 0xff] ^ t0[high >> 24];
            data = data[8..];
        }
        foreach (var value in data)
            crc = (crc >> 8) ^ t0[(crc ^ value) & 0xff];
        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var i = 0; i < 8; i++)
            tables[i] = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            tables[0][i] = crc;
        }
        for (var i = 0; i < 256; i++)
        {
            for (var table = 1; table < 8; table++)
                tables[table][i] = (tables[table - 1][i] >> 8) ^ tables[0][tables[table - 1][i] & 0xff];
        }
        return tables;
    }
}
