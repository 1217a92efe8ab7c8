using System.IO.Compression;
using Buildx.Engine.Storage;

namespace Buildx.Engine.Tests.Storage;

public sealed class CompressionTests
{
    [Fact]
    public void Gzip_is_the_same_on_one_core_as_on_many()
    {
        var data = new byte[3_500_000];
        new Random(1).NextBytes(data.AsSpan(0, 2_000_000));

        var alone = Compress(data, new LayerCompression { Cores = 1 });

        Assert.Equal(Compress(data, new LayerCompression()), alone);
        Assert.Equal(Compress(data, new LayerCompression { Cores = 5 }), alone);
        Assert.Equal(data, Unpack(alone));
    }

    [Fact]
    public void Gzip_stores_blocks_that_cannot_be_made_smaller_and_only_those()
    {
        const int Block = 1024 * 1024;
        var data = new byte[3 * Block];
        new Random(1).NextBytes(data.AsSpan(0, Block));
        // Random for the eye, but the same again and again.
        for (var at = Block; at < 2 * Block; at += 8192)
            data.AsSpan(0, 8192).CopyTo(data.AsSpan(at));
        // Half of a block is random.
        data.AsSpan(0, Block / 2).CopyTo(data.AsSpan(2 * Block));

        var compressed = Compress(data, new LayerCompression { Level = 9 });

        Assert.Equal(data, Unpack(compressed));
        Assert.InRange(compressed.Length, Block + (Block / 2), (int)(1.6 * Block));
        Assert.InRange(Compress(data[..Block], new LayerCompression()).Length, Block, Block + 1000);
    }

    private static byte[] Unpack(byte[] compressed)
    {
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress))
            gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static byte[] Compress(byte[] data, LayerCompression compression)
    {
        using var target = new MemoryStream();
        using (var stream = Compression.Open(target, compression))
            stream.Write(data);
        return target.ToArray();
    }
}
