using Buildx.Cli.Values;
using Buildx.Client;

namespace Buildx.Cli.Building;

internal sealed class SecretProvider(IReadOnlyList<SecretSpec> secrets) : ISecretProvider
{
    public async Task<ReadOnlyMemory<byte>?> GetSecretAsync(string id, CancellationToken cancellationToken)
    {
        // Not in one expression: an absent array would become an empty secret.
        if (secrets.LastOrDefault(secret => secret.Id == id) is not { } found)
            return null;
        return await found.ReadAsync(cancellationToken);
    }
}
