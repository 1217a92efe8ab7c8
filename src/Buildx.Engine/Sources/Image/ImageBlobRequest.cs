using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Http;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Image;

/// <summary>Which blob is wanted as a file: the <c>docker-image+blob://</c> and <c>oci-layout+blob://</c> sources of LLB.</summary>
/// <param name="Reference">The repository, or a name of no importance in a layout; with the blob's digest.</param>
internal sealed record ImageBlobRequest(ImageReference Reference, Digest Digest)
{
    public const string Scheme = "docker-image+blob://";
    public const string LayoutScheme = "oci-layout+blob://";

    /// <summary>The client's OCI layout that has the blob; null for a registry.</summary>
    public LayoutStore? Layout { get; init; }

    /// <summary>In its tree.</summary>
    public string FileName { get; init; } = Digest.Hex;

    public uint Permissions { get; init; } = 0b110_000_000;

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <exception cref="SourceException">Not a blob, or attributes that make no sense.</exception>
    public static ImageBlobRequest Parse(string identifier, IReadOnlyDictionary<string, string> attributes)
    {
        var isLayout = identifier.StartsWith(LayoutScheme, StringComparison.Ordinal);
        if (!ImageReference.TryParse(identifier[(isLayout ? LayoutScheme : Scheme).Length..], out var reference) || reference.Digest is not { } digest)
            throw new SourceException($"\"{identifier}\" names no blob (want {Scheme}REPOSITORY@DIGEST)");
        var request = new ImageBlobRequest(reference, digest) { Layout = isLayout ? new LayoutStore("", "") : null };
        foreach (var (name, value) in attributes)
        {
            request = name switch
            {
                SourceAttributes.HttpFileName when value.Length > 0 => request with { FileName = HttpFileName.Clean(value) },
                SourceAttributes.HttpPermissions => request with { Permissions = HttpSourceRequest.ParseNumber(name, value) & 0b111_111_111_111 },
                SourceAttributes.HttpUser => request with { UserId = HttpSourceRequest.ParseNumber(name, value) },
                SourceAttributes.HttpGroup => request with { GroupId = HttpSourceRequest.ParseNumber(name, value) },
                SourceAttributes.OciLayoutSession when request.Layout is { } layout => request with { Layout = layout with { SessionId = value } },
                SourceAttributes.OciLayoutStore when request.Layout is { } layout => request with { Layout = layout with { StoreId = value } },
                _ => request,
            };
        }
        if (request.Layout is { StoreId: "" })
            throw new SourceException($"{identifier}: which of the client's OCI layouts has it is not said ({SourceAttributes.OciLayoutStore})");
        return request with { Permissions = request.Permissions == 0 ? 0b110_000_000 : request.Permissions };
    }

    /// <summary>The same for the same file, wherever the blob comes from.</summary>
    public Digest Identify()
    {
        using var key = new KeyHash("image blob");
        return key.Add(Digest).Add(FileName).Add(Permissions).Add(UserId).Add(GroupId).ToDigest();
    }
}
