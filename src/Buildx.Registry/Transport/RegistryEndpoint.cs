using System.Net;
using System.Net.Security;

namespace Buildx.Registry;

/// <summary>
/// One host that a registry's content may be had from: the registry itself or one of its mirrors. It owns the pooled
/// connections to it.
/// </summary>
internal sealed class RegistryEndpoint : IDisposable
{
    private readonly CertificateTrust _trust;
    private volatile bool _plainHttp;
    private long _unavailableUntil;

    /// <param name="host">Host to talk to.</param>
    /// <param name="pathPrefix">What comes between <c>/v2/</c> and the repository: empty, or a mirror's path with a slash at its end.</param>
    /// <param name="mirrorOf">The registry it is a mirror of, null if it is the registry itself.</param>
    public RegistryEndpoint(string host, string pathPrefix, string? mirrorOf, RegistryHostConfiguration configuration, int concurrency)
    {
        Host = host;
        PathPrefix = pathPrefix;
        MirrorOf = mirrorOf;
        var http = configuration.Http ?? RegistryHosts.IsLoopback(host);
        var insecure = configuration.Insecure is true;
        _plainHttp = http && !insecure;
        MayFallBackToHttp = http && insecure;
        _trust = CertificateTrust.Load(configuration);
        Downloads = new SemaphoreSlim(Math.Max(1, concurrency));
        Uploads = new SemaphoreSlim(Math.Max(1, concurrency));
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = _trust.Validate,
                ClientCertificates = _trust.ClientCertificates,
            },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd("buildx-dotnet/" + typeof(RegistryEndpoint).Assembly.GetName().Version?.ToString(3));
    }

    public string Host { get; }

    public string PathPrefix { get; }

    public string? MirrorOf { get; }

    /// <summary>The name that users know it by.</summary>
    public string DisplayName => RegistryHosts.GetDisplayName(Host);

    public HttpClient Client { get; }

    /// <summary>Limits the blobs that come in at the same time.</summary>
    public SemaphoreSlim Downloads { get; }

    /// <summary>
    /// The same for those that go out. Not the same slots: what goes out may at the same time come in from another repository.
    /// </summary>
    public SemaphoreSlim Uploads { get; }

    public bool MayFallBackToHttp { get; }

    public bool IsPlainHttp => _plainHttp;

    /// <summary>Why the last certificate was refused.</summary>
    public string? CertificateProblem => _trust.Problem;

    public void FallBackToHttp() => _plainHttp = true;

    /// <summary>A mirror that did not answer is left alone for a while instead of being waited for again and again.</summary>
    public bool IsUnavailable(TimeProvider time) => time.GetTimestamp() < Interlocked.Read(ref _unavailableUntil);

    public void MarkUnavailable(TimeProvider time) =>
        Interlocked.Exchange(ref _unavailableUntil, time.GetTimestamp() + (30 * time.TimestampFrequency));

    /// <summary>The URL of something below <c>/v2/</c>.</summary>
    public Uri GetUri(string path, string query = "")
    {
        if (MirrorOf is not null)
            query = (query.Length > 0 ? query + "&" : "") + "ns=" + Uri.EscapeDataString(MirrorOf);
        return new Uri($"{(_plainHttp ? "http" : "https")}://{Host}/v2/{PathPrefix}{path}{(query.Length > 0 ? "?" + query : "")}");
    }

    /// <summary>Whether the URL is this host's, so that it may see credentials.</summary>
    public bool Owns(Uri uri)
    {
        var root = new Uri($"{uri.Scheme}://{Host}/");
        return uri.Host == root.Host && uri.Port == root.Port && (uri.Scheme == Uri.UriSchemeHttps || _plainHttp);
    }

    public void Dispose()
    {
        Client.Dispose();
        Downloads.Dispose();
        Uploads.Dispose();
        _trust.Dispose();
    }
}
