namespace Buildx.Drivers.Docker;

/// <summary>Credentials for images that a Docker Engine pulls and pushes for us.</summary>
public interface IRegistryAuthentication
{
    /// <returns>The header <c>X-Registry-Auth</c> for the registry of an image; null when nobody has logged in there.</returns>
    Task<string?> CreateHeaderAsync(string image, CancellationToken cancellationToken);
}
