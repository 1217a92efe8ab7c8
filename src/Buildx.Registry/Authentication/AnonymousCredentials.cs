namespace Buildx.Registry;

/// <summary>No credentials for anybody.</summary>
public sealed class AnonymousCredentials : ICredentialSource
{
    public static AnonymousCredentials Instance { get; } = new();

    public ValueTask<RegistryCredential?> GetCredentialAsync(string host, CancellationToken cancellationToken) => default;
}
