namespace Buildx.Engine.Server.Configuration;

/// <summary>PEM files for <c>tcp://</c>.</summary>
/// <param name="Authority">Whom clients must be certified by; null admits every client.</param>
internal sealed record TlsFiles(string Certificate, string Key, string? Authority)
{
    /// <returns>Null when there are none.</returns>
    /// <exception cref="ConfigurationException">Certificate and key belong together.</exception>
    public static TlsFiles? From(string? certificate, string? key, string? authority)
    {
        if (certificate is null && key is null)
        {
            return authority is null
                ? null
                : throw new ConfigurationException("--tlscacert needs the server's own --tlscert and --tlskey, or nothing is encrypted and no client is checked");
        }
        if (certificate is null)
            throw new ConfigurationException("--tlskey needs its certificate: --tlscert (grpc.tls.cert in buildkitd.toml)");
        if (key is null)
            throw new ConfigurationException("--tlscert needs its key: --tlskey (grpc.tls.key in buildkitd.toml)");
        return new TlsFiles(certificate, key, authority);
    }
}
