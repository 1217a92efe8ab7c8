namespace Buildx.Engine.CacheTransfer.Places;

/// <summary>A place without manifests: a cache's config says itself what its layers are.</summary>
internal interface IIndexPlace : ICachePlace
{
    /// <summary>The configs that are there now.</summary>
    /// <exception cref="CacheTransferException">There is none.</exception>
    Task<IReadOnlyList<byte[]>> ReadIndexesAsync(CancellationToken cancellationToken);

    /// <summary>The cache is complete with this.</summary>
    Task WriteIndexAsync(byte[] json, CancellationToken cancellationToken);
}
