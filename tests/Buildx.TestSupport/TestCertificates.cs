using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Buildx.TestSupport;

/// <summary>A private certificate authority, and a server certificate of it for this machine.</summary>
public static class TestCertificates
{
    public const string AuthorityFile = "ca.pem";
    public const string ServerCertificateFile = "server.pem";
    public const string ServerKeyFile = "server-key.pem";

    /// <summary>Writes the three files, as PEM, into the directory.</summary>
    public static void Write(string directory)
    {
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Authority for tests", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = authorityRequest.CreateSelfSigned(from, from.AddDays(30));

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serverRequest = new CertificateRequest("CN=Registry for tests", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(Environment.MachineName);
        names.AddIpAddress(IPAddress.Loopback);
        serverRequest.CertificateExtensions.Add(names.Build());
        serverRequest.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var server = serverRequest.Create(authority, from, from.AddDays(20), RandomNumberGenerator.GetBytes(8));

        File.WriteAllText(Path.Combine(directory, AuthorityFile), authority.ExportCertificatePem() + "\n");
        File.WriteAllText(Path.Combine(directory, ServerCertificateFile), server.ExportCertificatePem() + "\n");
        File.WriteAllText(Path.Combine(directory, ServerKeyFile), serverKey.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
