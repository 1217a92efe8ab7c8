using System.Formats.Tar;
using Buildx.Engine.Exporting.Images;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Archives;

/// <summary>
/// An image as one tar: an OCI layout, with <c>manifest.json</c> for <c>docker load</c> where asked. Entries are sorted and carry no
/// times. What <c>docker load</c> goes by comes first, so that whoever hands the archive on knows of each layer what it is.
/// </summary>
internal static class ImageArchive
{
    private const UnixFileMode BlobMode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode FileMode = BlobMode | UnixFileMode.UserWrite;
    private const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="descriptor">The image's, with whatever annotations are to stand in <c>index.json</c>.</param>
    /// <param name="forDocker">Add <c>manifest.json</c>; the image must be a single manifest.</param>
    public static async Task WriteAsync(
        Stream output,
        AssembledImage image,
        Descriptor descriptor,
        IReadOnlyList<ImageReference> names,
        bool forDocker,
        IContentStore content,
        CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        var blobs = BlobsOf(image);
        if (forDocker)
        {
            await WriteFileAsync(tar, "manifest.json", DockerArchiveManifest.Serialize(image.Manifests[0], names), cancellationToken);
            await WriteBlobAsync(tar, image.Manifests[0].Config.Digest, content, cancellationToken);
            blobs.Remove(image.Manifests[0].Config.Digest);
        }
        await tar.WriteEntryAsync(Directory("blobs/"), cancellationToken);
        foreach (var algorithm in blobs.Select(blob => blob.Algorithm).Distinct().Order(StringComparer.Ordinal))
        {
            await tar.WriteEntryAsync(Directory($"blobs/{algorithm}/"), cancellationToken);
            foreach (var digest in blobs.Where(blob => blob.Algorithm == algorithm).OrderBy(blob => blob.Hex, StringComparer.Ordinal))
                await WriteBlobAsync(tar, digest, content, cancellationToken);
        }
        await WriteFileAsync(tar, OciLayout.IndexFile, OciJson.Serialize(IndexOf(descriptor, names)), cancellationToken);
        await WriteFileAsync(tar, OciLayout.MarkerFile, OciLayout.MarkerContent, cancellationToken);
    }

    /// <summary>One entry for each name, or a single one without.</summary>
    public static ImageIndex IndexOf(Descriptor descriptor, IReadOnlyList<ImageReference> names) => new(
        names.Count == 0 ? [descriptor] : [.. names.Select(name => descriptor with { Annotations = NameAnnotations(descriptor, name) })])
    {
        MediaType = MediaTypes.OciIndex,
    };

    private static SortedDictionary<string, string> NameAnnotations(Descriptor descriptor, ImageReference name) =>
        new(descriptor.Annotations?.ToDictionary() ?? [], StringComparer.Ordinal)
        {
            [OciLayout.ImageNameAnnotation] = name.ToString(),
            [OciLayout.ReferenceNameAnnotation] = name.Tag ?? name.Digest?.Value ?? "latest",
        };

    /// <summary>All that the image is made of, what names others before those.</summary>
    public static List<Digest> BlobsOf(AssembledImage image)
    {
        IEnumerable<Digest> digests =
        [
            image.Target.Digest,
            .. image.Manifests.Select(manifest => manifest.Descriptor.Digest),
            .. image.Manifests.Select(manifest => manifest.Config.Digest),
            .. image.DistinctLayers.Select(layer => layer.Descriptor.Digest),
        ];
        return [.. digests.Distinct()];
    }

    private static async Task WriteBlobAsync(TarWriter tar, Digest digest, IContentStore content, CancellationToken cancellationToken)
    {
        await using var data = content.OpenRead(digest);
        await tar.WriteEntryAsync(File(OciLayout.GetBlobName(digest), BlobMode, data), cancellationToken);
    }

    private static async Task WriteFileAsync(TarWriter tar, string name, byte[] data, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(data, writable: false);
        await tar.WriteEntryAsync(File(name, FileMode, stream), cancellationToken);
    }

    private static GnuTarEntry Directory(string name) =>
        new(TarEntryType.Directory, name) { Mode = DirectoryMode, ModificationTime = DateTimeOffset.UnixEpoch };

    private static GnuTarEntry File(string name, UnixFileMode mode, Stream data) =>
        new(TarEntryType.RegularFile, name) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = data };
}
