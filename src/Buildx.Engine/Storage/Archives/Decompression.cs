using System.IO.Compression;
using ZstdSharp;

namespace Buildx.Engine.Storage;

/// <summary>Opens what a layer is compressed with. The content decides; media types of layers are known to lie.</summary>
internal static class Decompression
{
    /// <returns>A stream of the uncompressed content; it owns <paramref name="stream"/>.</returns>
    public static Stream Open(Stream stream) => Open(stream, out _);

    public static Stream Open(Stream stream, out CompressionType type)
    {
        Span<byte> magic = stackalloc byte[4];
        var length = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        type = Detect(magic[..length]);
        return type switch
        {
            CompressionType.Gzip => new GZipStream(stream, CompressionMode.Decompress),
            CompressionType.Zstd => new DecompressionStream(stream, leaveOpen: false),
            _ => new BufferedStream(stream, 128 * 1024),
        };
    }

    public static CompressionType Detect(ReadOnlySpan<byte> start) => start switch
    {
        [0x1f, 0x8b, ..] => CompressionType.Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => CompressionType.Zstd,
        // Skippable frames, which may come first (zstd:chunked).
        [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..] => CompressionType.Zstd,
        _ => CompressionType.Uncompressed,
    };
}
