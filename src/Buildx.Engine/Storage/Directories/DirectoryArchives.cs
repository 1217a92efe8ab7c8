using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="IDirectoryArchives"/>
internal sealed class DirectoryArchives(IContentStore content, StorageLayout layout, Trash trash, OverlayForm form, bool isPrivileged) : IDirectoryArchives
{
    public async Task<LayerBlob> PackAsync(string path, LayerCompression compression, IStorageLease lease, CancellationToken cancellationToken)
    {
        // A table of contents would serve nobody: it is unpacked as a whole.
        if (compression.Type == CompressionType.EStargz)
            compression = compression with { Type = CompressionType.Gzip };
        await using var writer = content.Create();
        var (diffId, size) = await Task.Run(() => Pack(path, compression, writer.Stream, cancellationToken), cancellationToken);
        var digest = await writer.CommitAsync(null, cancellationToken);
        lease.Protect(digest);
        return new LayerBlob(new Descriptor(Compression.MediaTypeOf(compression.Type), digest, size), diffId, null);
    }

    public async Task UnpackAsync(LayerBlob blob, DirectoryAttributes attributes, string path, IStorageLease lease, CancellationToken cancellationToken)
    {
        lease.Protect(blob.Descriptor.Digest);
        await FetchAsync(blob, cancellationToken);
        var temporary = Path.Combine(layout.Temporary, $"mount-{Guid.NewGuid():n}");
        FileSystem.MakeDirectoryAt(null, temporary, 0x1c0);
        try
        {
            await Task.Run(() => Unpack(blob, temporary, cancellationToken), cancellationToken);
            FileSystem.ChangeOwnerAt(null, temporary, attributes.Uid, attributes.Gid);
            FileSystem.ChangeModeAt(null, temporary, attributes.Permissions);
            FileSystem.RenameAt(null, temporary, null, path);
        }
        catch
        {
            trash.Throw(temporary);
            throw;
        }
    }

    /// <summary>Nothing is unpacked before all of it was verified.</summary>
    private async Task FetchAsync(LayerBlob blob, CancellationToken cancellationToken)
    {
        if (content.TryGetSize(blob.Descriptor.Digest, out _))
            return;
        await using var writer = content.Create();
        await using (var stream = new VerifyingStream(await blob.OpenAsync(content, cancellationToken), blob.Descriptor.Digest, blob.Descriptor.Size))
            await stream.CopyToAsync(writer.Stream, 128 * 1024, cancellationToken);
        await writer.CommitAsync(blob.Descriptor.Digest, cancellationToken);
    }

    private (Digest DiffId, long Size) Pack(string path, LayerCompression compression, Stream target, CancellationToken cancellationToken)
    {
        Digest diffId;
        using (var compressor = Compression.Open(target, compression))
        using (var tar = new HashingWriteStream(compressor))
        {
            new LayerPacker(form, null).Pack([path], tar, cancellationToken);
            diffId = tar.Finish();
        }
        return (diffId, target.Length);
    }

    private void Unpack(LayerBlob blob, string path, CancellationToken cancellationToken)
    {
        using var compressed = content.OpenRead(blob.Descriptor.Digest);
        using var tar = new HashingReadStream(Decompression.Open(compressed));
        using var unpacker = new LayerUnpacker(path, form, isPrivileged);
        unpacker.Unpack(tar, cancellationToken);
        if (tar.Finish() is var actual && actual != blob.DiffId)
            throw new InvalidDataException($"the content of {blob.Descriptor.Digest} is not what it is said to be: expected {blob.DiffId}, got {actual}");
    }
}
