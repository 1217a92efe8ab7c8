namespace Buildx.Client;

/// <summary>Knows the build's secrets.</summary>
public interface ISecretProvider
{
    /// <returns>Null when there is no secret of this id.</returns>
    Task<ReadOnlyMemory<byte>?> GetSecretAsync(string id, CancellationToken cancellationToken);
}
