using Buildx.Cli.Values;
using Buildx.Client;

namespace Buildx.Cli.Building;

internal sealed class SecretProvider(IReadOnlyList<SecretSpec> secrets) : ISecretProvider
{
    public async Task<ReadOnlyMemory<byte>?> GetSecretAsync(string id, CancellationToken cancellationToken) =>
        secrets.LastOrDefault(secret => secret.Id == id) is { } found ? await found.ReadAsync(cancellationToken) : null;
}
