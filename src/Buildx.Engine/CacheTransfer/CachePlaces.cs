using System.Net;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.CacheTransfer.Stores.Azure;
using Buildx.Engine.CacheTransfer.Stores.GitHub;
using Buildx.Engine.CacheTransfer.Stores.S3;
using Buildx.Engine.Server;
using Buildx.Engine.Sources.Image;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Finds the place that a client means.</summary>
internal sealed class CachePlaces(RegistryClient registries, TimeProvider time) : IDisposable
{
    public const string Inline = "inline";

    private readonly Lazy<HttpClient> _http = new(CreateHttpClient);

    /// <summary>Held by whoever packs a layer for a cache while steps run: one at a time, of all builds, for the steps want the machine too.</summary>
    public SemaphoreSlim EarlyPacking { get; } = new(1);

    /// <exception cref="CacheTransferException">There is no such kind of cache here, or an attribute is missing or wrong.</exception>
    public ICachePlace ForImport(CacheRequest request, ISession? session)
    {
        var attributes = new CacheAttributes(request, "cache import");
        return request.Type == "local"
            ? new LocalPlace(
                session,
                attributes.Required("src"),
                Digest.TryParse(attributes.Required("digest"), out var digest) ? digest : throw attributes.Invalid("digest", attributes.Required("digest"), "a digest"))
            : Find(attributes, session) ?? throw Unknown(attributes, "registry, local, s3, azblob, gha");
    }

    /// <inheritdoc cref="ForImport"/>
    public ICachePlace ForExport(CacheRequest request, ISession? session)
    {
        var attributes = new CacheAttributes(request, "cache export");
        return request.Type == "local"
            ? new LocalPlace(session, attributes.Required("dest"), null)
            : Find(attributes, session) ?? throw Unknown(attributes, "registry, local, inline, s3, azblob, gha");
    }

    public void Dispose()
    {
        EarlyPacking.Dispose();
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    /// <summary>A place that is the same for both ways.</summary>
    private ICachePlace? Find(CacheAttributes attributes, ISession? session) => attributes.Type switch
    {
        "registry" => Registry(attributes, session),
        "s3" => S3(attributes, session),
        "azblob" => Azure(attributes, session),
        "gha" => new GitHubPlace(GitHubOptions.Read(attributes, Environment.GetEnvironmentVariable, time.GetUtcNow()), _http.Value, session, time),
        _ => null,
    };

    private ObjectPlace S3(CacheAttributes attributes, ISession? session)
    {
        var (options, names) = S3Options.Read(attributes, AwsProfiles.OfThisProcess, Environment.GetEnvironmentVariable);
        return new ObjectPlace(new S3Store(options, _http.Value, time), names, session);
    }

    private ObjectPlace Azure(CacheAttributes attributes, ISession? session)
    {
        var (options, names) = AzureOptions.Read(attributes, Environment.GetEnvironmentVariable);
        return new ObjectPlace(new AzureStore(options, _http.Value, time), names, session);
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

    private static HttpClient CreateHttpClient()
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("buildx-dotnet/" + typeof(CachePlaces).Assembly.GetName().Version?.ToString(3));
        return http;
    }

    private static CacheTransferException Unknown(CacheAttributes attributes, string there) =>
        new($"{attributes.Purpose} type={attributes.Type} is not supported by this builder: there are {there}");
}
