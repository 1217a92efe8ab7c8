using Buildx.Oci;
using ZstdSharp;

namespace Buildx.Engine.Storage;

/// <summary>Opens streams that compress what is written to them. Same input, same bytes, on every machine.</summary>
internal static class Compression
{
    /// <summary>Within a percent of level 6's size, in two thirds of its time.</summary>
    public const int DefaultGzipLevel = 4;

    private const int DefaultZstdLevel = 3;

    /// <returns>Leaves <paramref name="target"/> open.</returns>
    public static Stream Open(Stream target, LayerCompression compression) => compression.Type switch
    {
        CompressionType.Gzip => new ParallelGzipStream(target, Math.Clamp(compression.Level ?? DefaultGzipLevel, 0, 9), compression.Cores),
        CompressionType.Zstd => new CompressionStream(target, compression.Level ?? DefaultZstdLevel, leaveOpen: true),
        _ => new BufferedWriteStream(target),
    };

    /// <summary>What a layer is called that is compressed so.</summary>
    public static string MediaTypeOf(CompressionType type) => type switch
    {
        CompressionType.Gzip or CompressionType.EStargz => MediaTypes.OciLayerGzip,
        CompressionType.Zstd => MediaTypes.OciLayerZstd,
        _ => MediaTypes.OciLayer,
    };
}
