using Buildx.Client;
using Buildx.Registry;

namespace Buildx.Cli.Building;

/// <summary>Hands the user's stored logins to the engine, one registry at a time and only when it asks.</summary>
internal sealed class RegistryCredentialProvider(DockerConfigCredentials stored) : ICredentialProvider
{
    public async Task<RegistryCredentials?> GetCredentialsAsync(string host, CancellationToken cancellationToken) =>
        await stored.GetCredentialAsync(host, cancellationToken) switch
        {
            null => null,
            // An empty user name says that the secret is an identity token.
            { IdentityToken: { } token } => new RegistryCredentials("", token),
            { BearerToken: { } token } => new RegistryCredentials("", token),
            var credential => new RegistryCredentials(credential.Username, credential.Password),
        };
}
