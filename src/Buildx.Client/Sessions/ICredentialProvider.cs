namespace Buildx.Client;

/// <summary>Knows the user's credentials for registries.</summary>
public interface ICredentialProvider
{
    /// <param name="host">E.g. <c>registry.example.com:5000</c>; <c>registry-1.docker.io</c> for Docker Hub.</param>
    /// <returns>Null when there are none.</returns>
    Task<RegistryCredentials?> GetCredentialsAsync(string host, CancellationToken cancellationToken);
}
