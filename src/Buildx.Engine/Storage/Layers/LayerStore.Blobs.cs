using Buildx.Oci;

namespace Buildx.Engine.Storage;

internal sealed partial class LayerStore
{
    private readonly Solving.SharedWork<(LayerId Layer, string Variant), PullProgressFanOut, StoredBlob> _packing = new();

    public async ValueTask<LayerBlob> GetBlobAsync(LayerId id, LayerCompression compression, CancellationToken cancellationToken)
    {
        using var hold = layers.Hold([id]);
        var layer = layers.Get(id);
        var (stored, source) = await FindOrMakeBlobAsync(layer, compression, cancellationToken);
        var mediaType = MediaTypes.Translate(stored.Descriptor.MediaType, compression.OciMediaTypes);
        return new LayerBlob(stored.Descriptor with { MediaType = mediaType }, stored.DiffId, source);
    }

    private async Task<(StoredBlob Blob, IBlobSource? Source)> FindOrMakeBlobAsync(
        Layer layer, LayerCompression compression, CancellationToken cancellationToken)
    {
        var original = GetKnown(layer, Layer.Original);
        // What came from a registry stays as it is, also its times: they are the base image's, not this build's.
        var time = original is null ? compression.RewriteTimestamp : null;
        if (original is not null && (!compression.Force || GetType(original) == compression.Type))
        {
            if (IsHere(original))
                return (original, null);
            if (layer.Source is { IsUsable: true } source)
                return (original, source);
        }
        var variant = GetVariant(compression, time);
        if (GetKnown(layer, variant) is { } exact && IsHere(exact))
            return (exact, null);
        if (!compression.Force && FindOther(layer, time) is { } other)
            return (other, null);
        var made = await _packing.RunAsync(
            (layer.Id, variant),
            () => new PullProgressFanOut(),
            _ => { },
            async (_, token) =>
            {
                using var hold = layers.Hold([layer.Id]);
                return await MakeBlobAsync(layer, original, compression, time, variant, token);
            },
            _ => { },
            cancellationToken);
        return (made, null);
    }

    private async Task<StoredBlob> MakeBlobAsync(
        Layer layer, StoredBlob? original, LayerCompression compression, DateTimeOffset? time, string variant, CancellationToken cancellationToken)
    {
        if (GetKnown(layer, variant) is { } known && IsHere(known))
            return known;
        if (original is not null && (IsHere(original) || layer.Source is { IsUsable: true }))
            await EnsureBlobAsync(layer, null, cancellationToken);
        else if (!layer.IsUnpacked)
            await EnsureUnpackedAsync(new Snapshot([layer.Id]), null, cancellationToken);
        await using var writer = content.Create();
        var (diffId, size, facts) = await Task.Run(
            () => Write(layer, original, compression, time, writer.Stream, cancellationToken), cancellationToken);
        var digest = await writer.CommitAsync(null, cancellationToken);
        var blob = new StoredBlob(new Descriptor(Compression.MediaTypeOf(compression.Type), digest, size) { Annotations = facts?.ToAnnotations() }, diffId);
        layers.SetBlob(layer, variant, blob);
        // With a table of contents it is another tar than others make of the same tree.
        if (time is null && facts is null)
            layers.SetDiffId(layer, diffId);
        return blob;
    }

    private (Digest DiffId, long Size, EStargzFacts? Facts) Write(
        Layer layer, StoredBlob? original, LayerCompression compression, DateTimeOffset? time, Stream target, CancellationToken cancellationToken)
    {
        if (compression.Type is CompressionType.EStargz)
        {
            using var estargz = new EStargzStream(target, compression.Level ?? Compression.DefaultGzipLevel);
            WriteTar(layer, original, time, estargz, cancellationToken);
            var (unpacked, facts) = estargz.Finish();
            return (unpacked, target.Length, facts);
        }
        Digest diffId;
        using (var compressor = Compression.Open(target, compression))
        using (var tar = new HashingWriteStream(compressor))
        {
            WriteTar(layer, original, time, tar, cancellationToken);
            diffId = tar.Finish();
        }
        return (diffId, target.Length, null);
    }

    private void WriteTar(Layer layer, StoredBlob? original, DateTimeOffset? time, Stream tar, CancellationToken cancellationToken)
    {
        if (original is null || !IsHere(original))
        {
            new LayerPacker(form, time).Pack(layers.GetPaths(layer), tar, cancellationToken);
            return;
        }
        // Only the wrapping changes; what is inside keeps its digest.
        using var unpacked = Decompression.Open(content.OpenRead(original.Descriptor.Digest));
        unpacked.CopyTo(tar, 256 * 1024);
    }

    private StoredBlob? FindOther(Layer layer, DateTimeOffset? time)
    {
        lock (layers.Lock)
        {
            var suffix = GetTimeSuffix(time);
            return layer.Blobs
                .Where(pair => pair.Key != Layer.Original && pair.Key.EndsWith(suffix, StringComparison.Ordinal)
                    && pair.Key.Contains('@') == (suffix.Length > 0) && IsHere(pair.Value))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => pair.Value)
                .FirstOrDefault();
        }
    }

    private StoredBlob? GetKnown(Layer layer, string variant)
    {
        lock (layers.Lock)
            return layer.Blobs.GetValueOrDefault(variant);
    }

    private bool IsHere(StoredBlob blob) => content.TryGetSize(blob.Descriptor.Digest, out _);

    private static string GetVariant(LayerCompression compression, DateTimeOffset? time) =>
        compression.Type.ToString().ToLowerInvariant() + (compression.Level is { } level ? $"-{level}" : "") + GetTimeSuffix(time);

    private static string GetTimeSuffix(DateTimeOffset? time) => time is { } value ? $"@{value.ToUnixTimeSeconds()}" : "";

    private static CompressionType GetType(StoredBlob blob) =>
        EStargzFacts.Of(blob.Descriptor) is not null ? CompressionType.EStargz
        : MediaTypes.IsGzip(blob.Descriptor.MediaType) ? CompressionType.Gzip
        : MediaTypes.IsZstd(blob.Descriptor.MediaType) ? CompressionType.Zstd
        : CompressionType.Uncompressed;
}
