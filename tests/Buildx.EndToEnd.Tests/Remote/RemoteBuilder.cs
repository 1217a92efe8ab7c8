namespace Buildx.EndToEnd.Tests;

/// <summary>
/// The engine in all the ways that the real Buildx reaches it: one daemon behind a socket and behind TCP with mutual TLS, and one
/// container. Each test has a Buildx of its own.
/// </summary>
public sealed class RemoteBuilder(BaseImageRegistry bases) : IAsyncLifetime
{
    /// <summary>The builders' names, as a theory's data.</summary>
    public static TheoryData<string> Builders => ["unix", "tcp", EngineDocker.Builder];

    internal Buildkitd Daemon { get; private set; } = null!;

    internal BaseImageRegistry Bases => bases;

    internal EngineDocker Docker { get; } = new(bases);

    public async ValueTask InitializeAsync() => Daemon = await Buildkitd.StartAsync(
        bases, "", "--allow-insecure-entitlement", "security.insecure", "--allow-insecure-entitlement", "network.host");

    public async ValueTask DisposeAsync()
    {
        await Docker.DisposeAsync();
        await Daemon.DisposeAsync();
    }

    /// <summary>A Buildx that knows this builder.</summary>
    internal async Task<RemoteBuildx> BuildxAsync(string builder)
    {
        var buildx = await RemoteBuildx.CreateAsync(Daemon);
        if (builder == EngineDocker.Builder)
            await Docker.AddBuilderAsync(buildx);
        return buildx;
    }
}
