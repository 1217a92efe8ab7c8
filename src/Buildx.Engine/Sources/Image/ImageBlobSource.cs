using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Linux;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Sources.Image;

/// <summary>Blobs of registries and of clients' OCI layouts, each as a file alone in a tree.</summary>
internal sealed class ImageBlobSource(RegistryClient registry, IStorage storage)
{
    private const int BufferSize = 128 << 10;

    /// <exception cref="SourceException">It can't be had, or is something else than its digest says.</exception>
    /// <exception cref="RegistryException">The registry cannot give it.</exception>
    public async Task<Snapshot> FetchAsync(ImageBlobRequest request, BuildContext build, IVertexProgress? progress, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(request, build, cancellationToken);
        await using var tree = await storage.Layers.MountWritableAsync(Snapshot.Empty, null, cancellationToken);
        using var directory = FileSystem.OpenDirectory(tree.Path);
        using (var file = FileSystem.OpenAt(directory, request.FileName, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180))
        {
            using var status = progress?.StartStatus(request.Digest.Value, $"downloading {request.Digest}", 0);
            var buffer = new byte[BufferSize];
            long received = 0;
            try
            {
                while (await content.ReadAsync(buffer, cancellationToken) is var count and > 0)
                {
                    FileSystem.Write(file, buffer.AsSpan(0, count));
                    status?.Update(received += count, 0);
                }
            }
            catch (InvalidDataException e)
            {
                throw new SourceException($"{request.Reference}: {e.Message}", e);
            }
            FileSystem.ChangeOwner(file, request.UserId, request.GroupId);
            FileSystem.ChangeMode(file, request.Permissions);
            var time = FileTime.From(DateTimeOffset.UnixEpoch);
            FileSystem.SetTimes(file, time, time);
        }
        return Snapshot.Empty.Append(await tree.CommitAsync(cancellationToken));
    }

    private async Task<Stream> OpenAsync(ImageBlobRequest request, BuildContext build, CancellationToken cancellationToken)
    {
        const string type = "application/octet-stream";
        if (request.Layout is not { } layout)
            return await registry.Open(request.Reference, SessionCredentials.For(build.Session)).OpenBlobAsync(new Descriptor(type, request.Digest, -1), cancellationToken: cancellationToken);
        var origin = LayoutOrigin.Find(build, layout);
        var blob = new Descriptor(type, request.Digest, await origin.GetSizeAsync(request.Digest, cancellationToken));
        return new VerifyingStream(await origin.OpenAsync(blob, cancellationToken), blob.Digest, blob.Size);
    }
}
