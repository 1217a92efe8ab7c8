namespace Buildx.Registry;

/// <summary>How registries are to be reached: the <c>[registry]</c> tables of <c>buildkitd.toml</c>.</summary>
public sealed record RegistryConfiguration
{
    public static RegistryConfiguration Default { get; } = new();

    /// <summary>By the registry's name as images have it, e.g. <c>docker.io</c> or <c>localhost:5000</c>.</summary>
    public IReadOnlyDictionary<string, RegistryHostConfiguration> Hosts { get; init; } = new Dictionary<string, RegistryHostConfiguration>();

    /// <summary>Blobs that are moved from or to one host at the same time.</summary>
    public int MaxConcurrency { get; init; } = 4;

    /// <summary>
    /// Directories with one subdirectory per registry of certificates, as Docker's <c>/etc/docker/certs.d</c>; for registries
    /// that <see cref="Hosts"/> does not name.
    /// </summary>
    public IReadOnlyList<string> CertificateDirectories { get; init; } = [];

    public RegistryHostConfiguration ForHost(string host) =>
        Hosts.TryGetValue(host, out var configuration)
            ? configuration
            : new RegistryHostConfiguration { TlsConfigDirectories = [.. CertificateDirectories.Select(directory => Path.Combine(directory, host))] };
}
