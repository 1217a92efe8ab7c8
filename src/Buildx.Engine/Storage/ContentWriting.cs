using Buildx.Oci;

namespace Buildx.Engine.Storage;

internal static class ContentWriting
{
    /// <summary>Puts a small blob into the store, where it stays as long as the lease.</summary>
    public static async Task<Descriptor> WriteAsync(
        this IContentStore content, string mediaType, byte[] bytes, IStorageLease lease, CancellationToken cancellationToken)
    {
        var digest = Digest.Sha256(bytes);
        lease.Protect(digest);
        if (!content.TryGetSize(digest, out _))
        {
            await using var writer = content.Create();
            await writer.Stream.WriteAsync(bytes, cancellationToken);
            await writer.CommitAsync(digest, cancellationToken);
        }
        return new Descriptor(mediaType, digest, bytes.Length);
    }
}
