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
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(alone), CompressionMode.Decompress))
            gzip.CopyTo(unpacked);
        Assert.Equal(data, unpacked.ToArray());
    }

    private static byte[] Compress(byte[] data, LayerCompression compression)
    {
        using var target = new MemoryStream();
        using (var stream = Compression.Open(target, compression))
            stream.Write(data);
        return target.ToArray();
    }
}
