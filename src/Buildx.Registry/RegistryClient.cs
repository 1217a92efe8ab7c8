using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Buildx.Oci;

namespace Buildx.Registry;

/// <summary>
/// Talks to registries as the OCI distribution specification says. It owns the connections; one for a process is enough.
/// What is done with a repository, in somebody's name, is on <see cref="RemoteRepository"/>.
/// </summary>
public sealed class RegistryClient(RegistryConfiguration configuration, RegistryClientOptions? options = null) : IDisposable
{
    private readonly RegistryClientOptions _options = options ?? new RegistryClientOptions();
    private readonly ConcurrentDictionary<(string Registry, bool Insecure), Lazy<IReadOnlyList<RegistryEndpoint>>> _endpoints = new();

    // Tokens live as long as the identity that they were made for, and are nobody else's.
    private readonly ConditionalWeakTable<ICredentialSource, ConcurrentDictionary<RegistryEndpoint, Authenticator>> _authenticators = [];

    public RegistryConfiguration Configuration => configuration;

    /// <param name="insecure">Do without valid certificates, and without HTTPS, whatever the configuration says (<c>registry.insecure</c>).</param>
    /// <exception cref="RegistryConfigurationException">A certificate of the registry's configuration cannot be read.</exception>
    public RemoteRepository Open(ImageReference reference, ICredentialSource credentials, bool insecure = false) =>
        Open(reference.Host, reference.Path, credentials, insecure);

    /// <param name="registry">As images name it, e.g. <c>docker.io</c>.</param>
    /// <param name="path">The repository, e.g. <c>library/busybox</c>.</param>
    public RemoteRepository Open(string registry, string path, ICredentialSource credentials, bool insecure = false)
    {
        var authenticators = _authenticators.GetOrCreateValue(credentials);
        return new RemoteRepository(
            registry, path,
            [.. GetEndpoints(registry, insecure).Select(endpoint => new RegistryTransport(
                endpoint,
                authenticators.GetOrAdd(endpoint, key => new Authenticator(key, credentials, _options.TimeProvider)),
                _options))],
            _options);
    }

    public void Dispose()
    {
        foreach (var endpoints in _endpoints.Values.Where(lazy => lazy.IsValueCreated))
        {
            foreach (var endpoint in endpoints.Value)
                endpoint.Dispose();
        }
    }

    internal RegistryClientOptions Options => _options;

    internal RegistryEndpoint GetOrigin(string registry) => GetEndpoints(registry, insecure: false)[^1];

    /// <summary>Mirrors first, the registry itself last.</summary>
    private IReadOnlyList<RegistryEndpoint> GetEndpoints(string registry, bool insecure) =>
        _endpoints.GetOrAdd((registry, insecure), key => new Lazy<IReadOnlyList<RegistryEndpoint>>(
            () => MakeEndpoints(key.Registry, key.Insecure),
            // An error is not kept: a certificate file may be put right while we run.
            LazyThreadSafetyMode.PublicationOnly)).Value;

    private IReadOnlyList<RegistryEndpoint> MakeEndpoints(string registry, bool insecure)
    {
        var own = configuration.ForHost(registry);
        if (insecure)
            own = own with { Insecure = true, Http = true };
        List<RegistryEndpoint> endpoints = [];
        foreach (var mirror in own.Mirrors)
        {
            var text = mirror.Contains("://", StringComparison.Ordinal) ? mirror[(mirror.IndexOf("://", StringComparison.Ordinal) + 3)..] : mirror;
            var slash = text.IndexOf('/');
            var host = slash < 0 ? text : text[..slash];
            var path = slash < 0 ? "" : text[(slash + 1)..].Trim('/');
            endpoints.Add(new RegistryEndpoint(
                host, path.Length > 0 ? path + "/" : "", registry, configuration.ForHost(host), configuration.MaxConcurrency));
        }
        endpoints.Add(new RegistryEndpoint(RegistryHosts.GetEndpoint(registry), "", null, own, configuration.MaxConcurrency));
        return endpoints;
    }
}
