namespace Buildx.Registry;

/// <summary>One credential for one registry, none for others.</summary>
public sealed class FixedCredentials(string registry, RegistryCredential credential) : ICredentialSource
{
    public ValueTask<RegistryCredential?> GetCredentialAsync(string host, CancellationToken cancellationToken) =>
        ValueTask.FromResult(RegistryHosts.GetEndpoint(host) == RegistryHosts.GetEndpoint(registry) ? credential : null);
}
