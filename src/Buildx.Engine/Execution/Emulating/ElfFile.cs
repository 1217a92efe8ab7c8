using System.Buffers.Binary;

namespace Buildx.Engine.Execution.Emulating;

/// <summary>The little that matters here of executables' format.</summary>
internal static class ElfFile
{
    private const int LoaderEntry = 3;

    /// <summary>Whether a 64-bit little-endian program is linked dynamically, so that it can't run from inside another root.</summary>
    public static bool NeedsLoader(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[64];
        if (RandomAccess.Read(file, header, 0) < header.Length || header[4] != 2 || header[5] != 1)
            return false;
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        Span<byte> type = stackalloc byte[4];
        for (var i = 0; i < count; i++)
        {
            if (RandomAccess.Read(file, type, offset + (i * size)) == 4 && BinaryPrimitives.ReadInt32LittleEndian(type) == LoaderEntry)
                return true;
        }
        return false;
    }

    /// <summary>A 32-bit program that does nothing but exit with 0.</summary>
    /// <param name="code">Its instructions.</param>
    public static byte[] MakeTiny32(ushort machine, ReadOnlySpan<byte> code)
    {
        const int headerSize = 52;
        const int entrySize = 32;
        const int loadAddress = 0x10000;
        const int start = headerSize + entrySize;
        var file = new byte[start + code.Length];
        "\u007fELF\u0001\u0001\u0001"u8.CopyTo(file);
        Write16(file, 16, 2);
        Write16(file, 18, machine);
        Write32(file, 20, 1);
        Write32(file, 24, loadAddress + start);
        Write32(file, 28, headerSize);
        // EABI version 5, which ARM wants to see.
        Write32(file, 36, machine == 0x28 ? 0x05000000 : 0);
        Write16(file, 40, headerSize);
        Write16(file, 42, entrySize);
        Write16(file, 44, 1);
        Write32(file, headerSize, 1);
        Write32(file, headerSize + 8, loadAddress);
        Write32(file, headerSize + 12, loadAddress);
        Write32(file, headerSize + 16, file.Length);
        Write32(file, headerSize + 20, file.Length);
        const int readAndExecute = 5;
        Write32(file, headerSize + 24, readAndExecute);
        Write32(file, headerSize + 28, 0x1000);
        code.CopyTo(file.AsSpan(start));
        return file;
    }

    private static void Write16(byte[] file, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);

    private static void Write32(byte[] file, int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(offset), value);
}
