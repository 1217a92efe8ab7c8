namespace Buildx.TestSupport;

/// <summary>How a <see cref="RegistryServer"/> is to be.</summary>
public sealed record RegistryServerOptions
{
    /// <summary>The name and password that it wants, by Basic authentication.</summary>
    public (string Name, string Password)? Login { get; init; }

    /// <summary>HTTPS with a certificate of a private authority, <see cref="RegistryServer.CertificateAuthorityFile"/>.</summary>
    public bool Tls { get; init; }

    /// <summary>Makes it a pull-through cache of the registry at this URL.</summary>
    public string? ProxyOf { get; init; }

    /// <summary>Bearer tokens from a token server instead.</summary>
    public RegistryTokenOptions? Token { get; init; }

    /// <summary>Where it keeps its blobs; a directory of its own where null.</summary>
    public string? StorageDirectory { get; init; }
}

/// <param name="Realm">URL of the token server.</param>
/// <param name="CertificateFile">PEM file of the certificate that tokens are signed with.</param>
public sealed record RegistryTokenOptions(string Realm, string Service, string Issuer, string CertificateFile);
