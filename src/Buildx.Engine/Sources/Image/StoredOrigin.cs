using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.Sources.Image;

/// <summary>An image that an earlier build has left in the engine's own store.</summary>
internal sealed class StoredOrigin(IContentStore content, Descriptor target) : IImageOrigin, IBlobSource
{
    public IBlobSource Layers => this;

    // The registry that the image's name speaks of need not have it.
    string? IBlobSource.Repository => null;

    public Task<Digest> ResolveAsync(ImageReference reference, CancellationToken cancellationToken) => Task.FromResult(target.Digest);

    public async Task<ManifestContent> GetManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        var json = await ReadAsync(digest, cancellationToken);
        var type = OciJson.DetectManifestType(json) ?? throw new SourceException($"{digest} in the builder's store is neither a manifest nor an index");
        return new ManifestContent(new Descriptor(type, digest, json.Length), json);
    }

    public Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken) => ReadAsync(blob.Digest, cancellationToken);

    public Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => Task.FromResult(Open(blob.Digest));

    private async Task<byte[]> ReadAsync(Digest digest, CancellationToken cancellationToken)
    {
        await using var stream = Open(digest);
        var json = new MemoryStream();
        await stream.CopyToAsync(json, cancellationToken);
        return json.ToArray();
    }

    private Stream Open(Digest digest)
    {
        try
        {
            return content.OpenRead(digest);
        }
        catch (FileNotFoundException e)
        {
            throw new SourceException($"the image is not in the builder's store any more ({digest}): build it again", e);
        }
    }
}
