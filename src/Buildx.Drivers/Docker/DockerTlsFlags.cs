using Buildx.Client;

namespace Buildx.Drivers.Docker;

/// <summary>
/// The Docker CLI's own flags for TLS with the engine of the default context. Those that were not given, null here, are read from
/// <c>DOCKER_TLS</c>, <c>DOCKER_TLS_VERIFY</c> and the directory of certificates.
/// </summary>
/// <param name="IsOn"><c>--tls</c>: encrypted, whoever answers.</param>
/// <param name="Verifies"><c>--tlsverify</c>: the engine's certificate must be good. Given at all, it means TLS.</param>
public sealed record DockerTlsFlags(
    bool? IsOn = null, bool? Verifies = null, string? CertificateAuthorityFile = null, string? CertificateFile = null, string? KeyFile = null)
{
    /// <param name="directory">Where <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c> are, as far as they are.</param>
    /// <returns>Null without TLS.</returns>
    internal TlsOptions? Find(string directory)
    {
        var verifies = Verifies ?? IsSet("DOCKER_TLS_VERIFY");
        if (!verifies && Verifies is null && !(IsOn ?? IsSet("DOCKER_TLS")))
            return null;
        var files = ReadFiles(directory);
        return files with
        {
            CertificateAuthorityFile = CertificateAuthorityFile ?? files.CertificateAuthorityFile,
            CertificateFile = CertificateFile ?? files.CertificateFile,
            KeyFile = KeyFile ?? files.KeyFile,
            SkipsVerification = !verifies,
        };
    }

    internal static TlsOptions ReadFiles(string directory) => new()
    {
        CertificateAuthorityFile = Existing(directory, "ca.pem"),
        CertificateFile = Existing(directory, "cert.pem"),
        KeyFile = Existing(directory, "key.pem"),
    };

    private static string? Existing(string directory, string name) => Path.Combine(directory, name) is var path && File.Exists(path) ? path : null;

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
