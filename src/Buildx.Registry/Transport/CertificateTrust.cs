using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Buildx.Registry;

/// <summary>Whom a host's certificate is believed: the system's authorities and those of its configuration.</summary>
internal sealed class CertificateTrust : IDisposable
{
    private readonly X509Certificate2Collection _authorities = [];
    private bool _trustsEverybody;

    public X509CertificateCollection ClientCertificates { get; } = [];

    /// <summary>Why the last certificate was refused; null when none was.</summary>
    public string? Problem { get; private set; }

    /// <exception cref="RegistryConfigurationException">A file is missing, or is no certificate.</exception>
    public static CertificateTrust Load(RegistryHostConfiguration configuration)
    {
        var trust = new CertificateTrust { _trustsEverybody = configuration.Insecure is true };
        try
        {
            foreach (var file in configuration.CertificateAuthorities)
                trust.AddAuthorities(file);
            foreach (var pair in configuration.KeyPairs)
                trust.AddClientCertificate(pair.Certificate, pair.Key);
            foreach (var directory in configuration.TlsConfigDirectories)
                trust.AddDirectory(directory);
            return trust;
        }
        catch
        {
            trust.Dispose();
            throw;
        }
    }

    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || _trustsEverybody)
            return true;
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 leaf && IsSignedByOurs(leaf, chain))
            return true;
        Problem = errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it shows no certificate"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "its certificate is for another name"
            : chain?.ChainStatus is [{ } first, ..] ? DescribeStatus(first)
            : "its certificate is not trusted";
        return false;
    }

    public void Dispose()
    {
        foreach (var certificate in _authorities)
            certificate.Dispose();
        foreach (var certificate in ClientCertificates)
            certificate.Dispose();
    }

    private static string DescribeStatus(X509ChainStatus status) => status.Status switch
    {
        X509ChainStatusFlags.NotTimeValid => "its certificate has expired, or is not valid yet",
        X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain => "its certificate is signed by an unknown authority",
        _ => "its certificate is not trusted: " + status.StatusInformation,
    };

    private bool IsSignedByOurs(X509Certificate2 leaf, X509Chain? presented)
    {
        if (_authorities.Count == 0)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(leaf);
    }

    private void AddDirectory(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            if (file.EndsWith(".crt", StringComparison.Ordinal))
                AddAuthorities(file);
            else if (file.EndsWith(".cert", StringComparison.Ordinal))
                AddClientCertificate(file, file[..^5] + ".key");
        }
    }

    private void AddAuthorities(string file)
    {
        try
        {
            _authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RegistryConfigurationException($"cannot read the certificate authority {file}: {e.Message}", e);
        }
    }

    private void AddClientCertificate(string certificate, string key)
    {
        try
        {
            ClientCertificates.Add(X509Certificate2.CreateFromPemFile(certificate, key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RegistryConfigurationException($"cannot read the client certificate {certificate} with key {key}: {e.Message}", e);
        }
    }
}
