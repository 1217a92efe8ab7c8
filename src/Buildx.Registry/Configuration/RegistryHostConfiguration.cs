namespace Buildx.Registry;

/// <summary>One <c>[registry."host"]</c> table.</summary>
public sealed record RegistryHostConfiguration
{
    /// <summary>Registries asked first, in this order, as <c>host[:port][/path]</c>.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Plain HTTP. Null: only for addresses of this machine.</summary>
    public bool? Http { get; init; }

    /// <summary>Certificates are not checked; with <see cref="Http"/>, HTTPS is tried first and HTTP after it.</summary>
    public bool? Insecure { get; init; }

    /// <summary>PEM files of authorities that are trusted besides the system's (<c>ca</c>).</summary>
    public IReadOnlyList<string> CertificateAuthorities { get; init; } = [];

    /// <summary>Client certificates (<c>keypair</c>).</summary>
    public IReadOnlyList<RegistryKeyPair> KeyPairs { get; init; } = [];

    /// <summary>Directories with <c>*.crt</c> (authorities) and <c>*.cert</c> with <c>*.key</c> (client certificates).</summary>
    public IReadOnlyList<string> TlsConfigDirectories { get; init; } = [];
}
