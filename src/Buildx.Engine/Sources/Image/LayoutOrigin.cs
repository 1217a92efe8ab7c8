using Buildx.Engine.Server;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.Sessions;
using Buildx.Registry;
using Grpc.Core;

namespace Buildx.Engine.Sources.Image;

/// <summary>The OCI layout of a client, read through its session.</summary>
internal sealed class LayoutOrigin : IImageOrigin, IBlobSource
{
    private const int MaximumJsonSize = 16 << 20;

    private readonly ClientContentStore _store;

    private LayoutOrigin(ClientContentStore store) => _store = store;

    public IBlobSource Layers => this;

    // Nothing can be mounted from a client into a repository.
    string? IBlobSource.Repository => null;

    /// <summary>
    /// In the session that the layout's reference names, if it is still there, else in the build's own: a build that goes on from another
    /// one's graph finds its reference in there; its own client has the layout too then.
    /// </summary>
    /// <exception cref="SourceException">The client is not there any more, or has no such store.</exception>
    public static LayoutOrigin Find(BuildContext build, LayoutStore layout)
    {
        var session = (build.FindSession(layout.SessionId) is { } named ? build.Sessions.Prepend(named) : build.Sessions)
            .FirstOrDefault(session => !session.Closed.IsCancellationRequested && session.Supports(SessionStreams.ContentReadMethod));
        return session is null
            ? throw new SourceException("the client that has the OCI layout is not connected any more, or doesn't offer it")
            : new LayoutOrigin(new ClientContentStore(session, SessionStreams.LayoutStorePrefix + layout.StoreId));
    }

    public Task<Digest> ResolveAsync(ImageReference reference, CancellationToken cancellationToken) =>
        throw new SourceException($"{reference.FamiliarName}: an image of an OCI layout must be named by its digest");

    public async Task<ManifestContent> GetManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        var json = await ReadAsync(new Descriptor(MediaTypes.OciManifest, digest, await GetSizeAsync(digest, cancellationToken)), cancellationToken);
        var type = OciJson.DetectManifestType(json) ?? throw new SourceException($"{digest} in the OCI layout is neither a manifest nor an index");
        return new ManifestContent(new Descriptor(type, digest, json.Length), json);
    }

    public Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken) => ReadAsync(blob, cancellationToken);

    public Task<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => Task.FromResult(_store.Open(blob, cancellationToken));

    public async Task<long> GetSizeAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.GetSizeAsync(digest, cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"the OCI layout has no {digest}: {e.Status.Detail}", e);
        }
    }

    private async Task<byte[]> ReadAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size is < 0 or > MaximumJsonSize)
            throw new SourceException($"{blob.Digest} in the OCI layout has {blob.Size} bytes, which is too much for a {blob.MediaType}");
        try
        {
            return await _store.ReadAsync(blob, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"{blob.Digest} in the OCI layout can't be read: {e.Message}", e);
        }
    }
}
