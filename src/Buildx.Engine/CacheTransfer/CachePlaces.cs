using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.Server;
using Buildx.Engine.Sources.Image;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Finds the place that a client means.</summary>
internal sealed class CachePlaces(RegistryClient registries)
{
    public const string Inline = "inline";

    /// <exception cref="CacheTransferException">There is no such kind of cache here, or an attribute is missing or wrong.</exception>
    public ICachePlace ForImport(CacheRequest request, ISession? session)
    {
        var attributes = new CacheAttributes(request, "cache import");
        return request.Type switch
        {
            "registry" => Registry(attributes, session),
            "local" => new LocalPlace(
                session,
                attributes.Required("src"),
                Digest.TryParse(attributes.Required("digest"), out var digest) ? digest : throw attributes.Invalid("digest", attributes.Required("digest"), "a digest")),
            _ => throw Unknown(request.Type, "import", "registry and local"),
        };
    }

    /// <inheritdoc cref="ForImport"/>
    public ICachePlace ForExport(CacheRequest request, ISession? session)
    {
        var attributes = new CacheAttributes(request, "cache export");
        return request.Type switch
        {
            "registry" => Registry(attributes, session),
            "local" => new LocalPlace(session, attributes.Required("dest"), null),
            _ => throw Unknown(request.Type, "export", "registry, local and inline"),
        };
    }

    private RegistryPlace Registry(CacheAttributes attributes, ISession? session)
    {
        ImageReference reference;
        try
        {
            reference = ImageReference.Parse(attributes.Required("ref")).WithDefaultTag();
        }
        catch (FormatException e)
        {
            throw new CacheTransferException($"cache type=registry: {e.Message}", e);
        }
        return new RegistryPlace(
            registries.Open(reference, SessionCredentials.For(session), attributes.Flag("registry.insecure") ?? false), reference, session);
    }

    private static CacheTransferException Unknown(string type, string purpose, string there) =>
        new($"cache {purpose} type={type} is not supported by this builder: there are {there}");
}
