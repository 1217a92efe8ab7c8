namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>Tells an archive from a Dockerfile by how it begins.</summary>
public static class ArchiveSignature
{
    /// <summary>How much of a file is needed to tell.</summary>
    public const int Length = 512;

    /// <param name="content">The file's first <see cref="Length"/> bytes, or all of a shorter one.</param>
    public static bool IsArchive(ReadOnlySpan<byte> content) =>
        content.StartsWith("BZh"u8)
        || content.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08])
        || content.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0])
        || content.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])
        || IsTar(content);

    private static bool IsTar(ReadOnlySpan<byte> content)
    {
        if (content.Length < 512)
            return false;
        if (content[257..262].SequenceEqual("ustar"u8))
            return true;
        // Archives from before POSIX have nothing but the header's checksum.
        var sum = 0;
        for (var i = 0; i < 512; i++)
            sum += i is >= 148 and < 156 ? ' ' : content[i];
        var recorded = 0;
        foreach (var digit in content[148..156])
        {
            if (digit is >= (byte)'0' and <= (byte)'7')
                recorded = (recorded * 8) + digit - '0';
        }
        return content[0] != 0 && recorded == sum;
    }
}
