namespace Buildx.EndToEnd.Tests;

/// <summary>One daemon for all tests of a class; each test has a Buildx of its own.</summary>
public sealed class RemoteBuilder(BaseImageRegistry bases) : IAsyncLifetime
{
    internal Buildkitd Daemon { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Daemon = await Buildkitd.StartAsync(
        bases, "", "--allow-insecure-entitlement", "security.insecure", "--allow-insecure-entitlement", "network.host");

    public ValueTask DisposeAsync() => Daemon.DisposeAsync();

    internal Task<RemoteBuildx> BuildxAsync() => RemoteBuildx.CreateAsync(Daemon);
}
