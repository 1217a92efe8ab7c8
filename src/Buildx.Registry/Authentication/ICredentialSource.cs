namespace Buildx.Registry;

/// <summary>Knows who somebody is at a registry. One source stands for one identity: tokens are cached with it.</summary>
public interface ICredentialSource
{
    /// <param name="host">Host that is talked to, e.g. <c>registry-1.docker.io</c>.</param>
    /// <returns>Null when there are none.</returns>
    ValueTask<RegistryCredential?> GetCredentialAsync(string host, CancellationToken cancellationToken);

    /// <summary>
    /// Gets a bearer token itself, for sources that would rather not hand out credentials. Asked first.
    /// </summary>
    /// <returns>Null when it leaves that to the caller.</returns>
    ValueTask<RegistryToken?> FetchTokenAsync(TokenRequest request, CancellationToken cancellationToken) => default;
}
