using System.IO.Compression;

namespace Buildx.Cli.Building;

/// <summary>Tells a tar archive from a text, by its first bytes.</summary>
internal static class ArchiveFormat
{
    private const int TarMagicOffset = 257;

    /// <summary>The archive's tar stream, or null when the file is none.</summary>
    /// <exception cref="CliException">A compression that isn't supported.</exception>
    public static async Task<Stream?> OpenAsync(FileStream file, CancellationToken cancellationToken)
    {
        var head = new byte[TarMagicOffset + 5];
        var length = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        return head switch
        {
            [0x1f, 0x8b, ..] => new GZipStream(file, CompressionMode.Decompress, leaveOpen: true),
            [(byte)'B', (byte)'Z', (byte)'h', ..] => throw new CliException("a context compressed with bzip2 is not supported yet; use gzip"),
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => throw new CliException("a context compressed with xz is not supported yet; use gzip"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => throw new CliException("a context compressed with zstd is not supported yet; use gzip"),
            _ when length == head.Length && head.AsSpan(TarMagicOffset).SequenceEqual("ustar"u8) => file,
            _ => null,
        };
    }
}
