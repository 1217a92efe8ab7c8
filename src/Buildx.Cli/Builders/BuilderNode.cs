using Buildx.Client;
using Buildx.Drivers;
using Buildx.Drivers.Store;
using Buildx.Oci;

namespace Buildx.Cli.Builders;

/// <summary>A node of the builder that is used, with one connection for all that is done there.</summary>
internal sealed class BuilderNode(CliContext context, BuilderRecord builder, NodeRecord record, string contextPath) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<BuildkitClient>? _client;

    public string Name => record.Name;

    public NodeRecord Record => record;

    public IDriver Driver { get; } = context.Drivers.Open(builder, record).For(contextPath);

    public IReadOnlyList<Platform> FixedPlatforms { get; } = [.. (record.Platforms ?? []).Select(platform => platform.ToPlatform())];

    /// <summary>Starts the engine if need be.</summary>
    /// <exception cref="CliException">It does not answer.</exception>
    public Task<BuildkitClient> ConnectAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _client ??= BuilderConnection.ConnectAsync(context, builder, Driver, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is { IsCompletedSuccessfully: true } client)
            await (await client).DisposeAsync();
    }
}
