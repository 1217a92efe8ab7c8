using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Buildx.Drivers.Kubernetes.Access;

/// <summary>How one proves to a cluster who one is; several may be given.</summary>
internal sealed record ClusterUser
{
    public string? Token { get; init; }

    /// <summary>Read for every request: such tokens are replaced while they are used.</summary>
    public string? TokenFile { get; init; }

    public string? UserName { get; init; }

    public string? Password { get; init; }

    public X509Certificate2? Certificate { get; init; }

    /// <summary>A program that knows.</summary>
    public CredentialProgram? Program { get; init; }

    /// <exception cref="DriverException">Something is not as it should be; no secret is told.</exception>
    public static ClusterUser From(KubeConfigSection user, string source, string name)
    {
        if (user.Section("auth-provider")?.Text("name") is { } provider)
            throw new DriverException($"{source}: user \"{name}\" has the auth-provider \"{provider}\", which Kubernetes no longer knows since 1.26; use a credential program (user.exec) or a token");
        return new ClusterUser
        {
            Token = user.Text("token"),
            TokenFile = user.FilePath("tokenFile"),
            UserName = user.Text("username"),
            Password = user.Text("password"),
            Certificate = user.Content("client-certificate") is not { } certificate ? null
                : ReadCertificate($"{source}: user \"{name}\"", certificate, user.Content("client-key") ?? throw new DriverException($"{source}: user \"{name}\" has a client-certificate and no client-key")),
            Program = user.Section("exec") is { } program ? CredentialProgram.From(program, source, name) : null,
        };
    }

    /// <exception cref="DriverException">They are none, or don't belong together.</exception>
    public static X509Certificate2 ReadCertificate(string where, string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (CryptographicException e)
        {
            throw new DriverException($"{where}: the client certificate and its key must be PEM and belong together: {e.Message}", e);
        }
    }
}
