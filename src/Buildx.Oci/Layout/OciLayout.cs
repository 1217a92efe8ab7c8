using System.Security.Cryptography;

namespace Buildx.Oci;

/// <summary>
/// A directory in the form of the OCI image layout: <c>oci-layout</c>, <c>index.json</c> and <c>blobs/ALGORITHM/HEX</c>.
/// </summary>
public sealed class OciLayout
{
    public const string MarkerFile = "oci-layout";
    public const string IndexFile = "index.json";
    public const string Version = "1.0.0";

    /// <summary>The tag of a manifest in <c>index.json</c>.</summary>
    public const string ReferenceNameAnnotation = "org.opencontainers.image.ref.name";

    /// <summary>The whole image name of a manifest, as containerd reads it.</summary>
    public const string ImageNameAnnotation = "io.containerd.image.name";

    /// <summary>Manifests and configs are read into memory; nothing sensible is greater.</summary>
    private const int MaxJsonSize = 32 * 1024 * 1024;

    private const int LockAttempts = 500;
    private const int LockInterval = 20;

    private OciLayout(string directory) => DirectoryPath = directory;

    public string DirectoryPath { get; }

    /// <summary>The content of a layout's <c>oci-layout</c> file.</summary>
    public static byte[] MarkerContent => OciJson.Serialize(new OciLayoutMarker(Version));

    /// <exception cref="InvalidDataException">The directory is no OCI layout.</exception>
    public static OciLayout Open(string directory)
    {
        var marker = Path.Combine(directory, MarkerFile);
        if (!File.Exists(marker))
            throw new InvalidDataException($"{directory} is not an OCI image layout: it has no file {MarkerFile}");
        var version = OciJson.ParseLayoutMarker(File.ReadAllBytes(marker)).ImageLayoutVersion;
        if (version is null || !version.StartsWith("1.", StringComparison.Ordinal))
            throw new InvalidDataException($"{marker}: layout version \"{version}\" is not supported (want {Version})");
        return new OciLayout(directory);
    }

    /// <summary>Opens a layout, or makes an empty one.</summary>
    public static OciLayout Create(string directory)
    {
        Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256"));
        var layout = new OciLayout(directory);
        if (!File.Exists(Path.Combine(directory, IndexFile)))
            layout.WriteIndex(new ImageIndex([]) { MediaType = MediaTypes.OciIndex });
        if (!File.Exists(Path.Combine(directory, MarkerFile)))
            WriteAtomically(Path.Combine(directory, MarkerFile), MarkerContent);
        return Open(directory);
    }

    /// <summary>The path of a blob inside a layout.</summary>
    public static string GetBlobName(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    public string GetBlobPath(Digest digest) => Path.Combine(DirectoryPath, "blobs", digest.Algorithm, digest.Hex);

    public ImageIndex ReadIndex() => OciJson.ParseIndex(File.ReadAllBytes(Path.Combine(DirectoryPath, IndexFile)));

    public void WriteIndex(ImageIndex index) => WriteAtomically(Path.Combine(DirectoryPath, IndexFile), OciJson.Serialize(index));

    /// <summary>Adds a manifest to the index; one with the same tag and name is replaced.</summary>
    /// <param name="name">The whole image name that the tag belongs to; null when it stands alone.</param>
    /// <exception cref="IOException">Somebody else doesn't stop changing the index.</exception>
    public void AddToIndex(Descriptor manifest, string? tag, string? name = null)
    {
        if (tag is not null)
        {
            var annotations = manifest.Annotations is null ? [] : new Dictionary<string, string>(manifest.Annotations);
            annotations[ReferenceNameAnnotation] = tag;
            if (name is not null)
                annotations[ImageNameAnnotation] = name;
            manifest = manifest with { Annotations = annotations };
        }
        using (LockIndex())
        {
            var index = ReadIndex();
            var others = index.Manifests.Where(other => tag is null ? other.Digest != manifest.Digest : TagOf(other) != tag || NameOf(other) != name);
            WriteIndex(index with { Manifests = [.. others, manifest] });
        }
    }

    /// <summary>The manifest with this tag; without a tag, <c>latest</c> or the only one there is. Null when there is none.</summary>
    public Descriptor? Find(string? tag)
    {
        var manifests = ReadIndex().Manifests;
        return manifests.FirstOrDefault(manifest => NameOf(manifest) == (tag ?? "latest"))
            ?? manifests.FirstOrDefault(manifest => TagOf(manifest) == (tag ?? "latest"))
            ?? (tag is null && manifests is [var only] ? only : null);
    }

    /// <summary>The names by which <see cref="Find"/> finds something.</summary>
    public IReadOnlyList<string> ListTags() => [.. ReadIndex().Manifests.Select(TagOf).OfType<string>().Distinct()];

    public bool Contains(Digest digest) => File.Exists(GetBlobPath(digest));

    /// <summary>Opens a blob; reading to the end verifies it.</summary>
    /// <exception cref="FileNotFoundException">The layout lacks it.</exception>
    public Stream OpenBlob(Descriptor blob) =>
        new VerifyingStream(new FileStream(GetBlobPath(blob.Digest), FileMode.Open, FileAccess.Read, FileShare.Read, 1), blob.Digest, blob.Size);

    /// <summary>Reads a manifest or config whole, verified.</summary>
    public async Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size is < 0 or > MaxJsonSize)
            throw new InvalidDataException($"{blob.Digest}: a {blob.MediaType} of {blob.Size} bytes is not plausible");
        await using var stream = OpenBlob(blob);
        var content = new MemoryStream((int)blob.Size);
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    public async Task<Descriptor> WriteBlobAsync(string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var digest = Digest.Sha256(content.Span);
        if (!Contains(digest))
        {
            await using var stream = new MemoryStream(content.ToArray(), writable: false);
            await WriteBlobAsync(digest, stream, cancellationToken);
        }
        return new Descriptor(mediaType, digest, content.Length);
    }

    /// <summary>Writes a blob, which appears whole and verified or not at all.</summary>
    /// <exception cref="InvalidDataException">The content has another digest.</exception>
    public async Task WriteBlobAsync(Digest digest, Stream content, CancellationToken cancellationToken)
    {
        var path = GetBlobPath(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) + ".tmp";
        try
        {
            await using (var verified = new VerifyingStream(content, digest, -1, leaveOpen: true))
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1))
            {
                await verified.CopyToAsync(file, 1 << 20, cancellationToken);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // Some write the whole name there, and as the tag only the end of it.
    private static string? NameOf(Descriptor manifest) =>
        manifest.Annotations is { } annotations && annotations.TryGetValue(ImageNameAnnotation, out var name) ? name : null;

    private static string? TagOf(Descriptor manifest) =>
        manifest.Annotations is { } annotations && annotations.TryGetValue(ReferenceNameAnnotation, out var tag) ? tag : null;

    /// <summary>Other builds may add to the same index at the same time: BuildKit's clients take this lock too.</summary>
    private FileStream LockIndex()
    {
        var path = Path.Combine(DirectoryPath, IndexFile + ".lock");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (attempt < LockAttempts)
            {
                Thread.Sleep(LockInterval);
            }
        }
    }

    private static void WriteAtomically(string path, byte[] content)
    {
        var temporary = path + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) + ".tmp";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
