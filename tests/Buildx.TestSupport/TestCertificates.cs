using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Buildx.TestSupport;

/// <summary>A private certificate authority, with a server's certificate for this machine and a client's.</summary>
public static class TestCertificates
{
    public const string AuthorityFile = "ca.pem";
    public const string ServerCertificateFile = "server.pem";
    public const string ServerKeyFile = "server-key.pem";
    public const string ClientCertificateFile = "client.pem";
    public const string ClientKeyFile = "client-key.pem";

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Writes these files, as PEM, into the directory.</summary>
    public static void Write(string directory)
    {
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Authority for tests", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = authorityRequest.CreateSelfSigned(from, from.AddDays(30));

        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(Environment.MachineName);
        names.AddIpAddress(IPAddress.Loopback);
        Issue("CN=Registry for tests", ServerAuthentication, names.Build(), ServerCertificateFile, ServerKeyFile);
        Issue("CN=Client for tests", ClientAuthentication, null, ClientCertificateFile, ClientKeyFile);
        File.WriteAllText(Path.Combine(directory, AuthorityFile), authority.ExportCertificatePem() + "\n");

        void Issue(string subject, string usage, X509Extension? alternativeNames, string certificateFile, string keyFile)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
            if (alternativeNames is not null)
                request.CertificateExtensions.Add(alternativeNames);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
            using var certificate = request.Create(authority, from, from.AddDays(20), RandomNumberGenerator.GetBytes(8));
            File.WriteAllText(Path.Combine(directory, certificateFile), certificate.ExportCertificatePem() + "\n");
            File.WriteAllText(Path.Combine(directory, keyFile), key.ExportPkcs8PrivateKeyPem() + "\n");
        }
    }
}
