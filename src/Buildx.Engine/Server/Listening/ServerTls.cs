using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Buildx.Engine.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Buildx.Engine.Server.Listening;

/// <summary>The server's certificate, and the check of clients' certificates against one authority.</summary>
internal static class ServerTls
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <exception cref="ConfigurationException">A file can't be read, or holds something else.</exception>
    public static HttpsConnectionAdapterOptions Load(TlsFiles files)
    {
        var options = new HttpsConnectionAdapterOptions();
        var chain = new X509Certificate2Collection();
        Read(files.Certificate, "certificate", () =>
        {
            chain.ImportFromPemFile(files.Certificate);
            if (chain.Count == 0)
                throw new CryptographicException("it holds no certificate");
        });
        Read(files.Key, "key", () => options.ServerCertificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key));
        options.ServerCertificateChain = chain;
        if (files.Authority is not { } file)
            return options;
        var authorities = new X509Certificate2Collection();
        Read(file, "authority", () =>
        {
            authorities.ImportFromPemFile(file);
            if (authorities.Count == 0)
                throw new CryptographicException("it holds no certificate");
        });
        options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        options.ClientCertificateValidation = (certificate, given, _) => IsCertified(certificate, given, authorities);
        return options;
    }

    private static bool IsCertified(X509Certificate2 certificate, X509Chain? given, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        foreach (var element in given?.ChainPolicy.ExtraStore ?? [])
            chain.ChainPolicy.ExtraStore.Add(element);
        return chain.Build(certificate);
    }

    private static void Read(string file, string what, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"the TLS {what} {file} can't be used: {e.Message}", e);
        }
    }
}
