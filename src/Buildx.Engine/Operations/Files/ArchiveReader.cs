using System.IO.Compression;
using Buildx.Engine.Trees;
using ICSharpCode.SharpZipLib.BZip2;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Buildx.Engine.Operations.Files;

/// <summary>Recognises tar archives by their content, whatever they are compressed with.</summary>
internal static class ArchiveReader
{
    private const int BlockSize = 512;
    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;

    private enum Compression { None, Gzip, Bzip2, Xz, Zstd }

    /// <returns>The plain tar from its start; null when the file is no tar archive.</returns>
    public static Stream? TryOpen(SafeFileHandle file, string path, CancellationToken cancellationToken)
    {
        Span<byte> magic = stackalloc byte[6];
        magic = magic[..RandomAccess.Read(file, magic, 0)];
        var compression = Detect(magic);
        try
        {
            using var probe = Open(file, compression, path);
            var block = new byte[BlockSize];
            if (probe.ReadAtLeast(block, BlockSize, throwOnEndOfStream: false) < BlockSize || !IsHeader(block))
                return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or BZip2Exception or ZstdException or EndOfStreamException)
        {
            // It begins like something compressed, but is not.
            return null;
        }
        cancellationToken.ThrowIfCancellationRequested();
        return Open(file, compression, path);
    }

    private static Compression Detect(ReadOnlySpan<byte> magic)
    {
        if (magic.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
            return Compression.Gzip;
        if (magic.StartsWith("BZh"u8))
            return Compression.Bzip2;
        if (magic.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
            return Compression.Xz;
        if (magic.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])
            || (magic.Length >= 4 && (magic[0] & 0xf0) == 0x50 && magic[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18])))
        {
            return Compression.Zstd;
        }
        return Compression.None;
    }

    private static Stream Open(SafeFileHandle file, Compression compression, string path)
    {
        var raw = new HandleStream(file);
        return compression switch
        {
            Compression.Gzip => new GZipStream(raw, CompressionMode.Decompress),
            Compression.Bzip2 => new BZip2InputStream(raw),
            Compression.Zstd => new DecompressionStream(raw),
            Compression.Xz => XzProcessStream.Start(raw, path),
            _ => raw,
        };
    }

    private static bool IsHeader(ReadOnlySpan<byte> block)
    {
        var field = block.Slice(ChecksumOffset, ChecksumLength);
        long stored = 0;
        var digits = 0;
        foreach (var c in field)
        {
            if (c is >= (byte)'0' and <= (byte)'7')
                (stored, digits) = ((stored * 8) + (c - '0'), digits + 1);
            else if (c is not ((byte)' ' or 0))
                return false;
        }
        if (digits == 0)
            return false;
        long unsigned = 0, signed = 0;
        for (var i = 0; i < block.Length; i++)
        {
            var value = i is >= ChecksumOffset and < ChecksumOffset + ChecksumLength ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }
        return stored == unsigned || stored == signed;
    }
}
