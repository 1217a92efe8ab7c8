using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>A Docker Engine with the classic image store, for the tests of one class.</summary>
public sealed class PlainDocker : IAsyncLifetime
{
    internal DockerDaemon Daemon { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Daemon = await DockerDaemon.StartAsync();

    public ValueTask DisposeAsync() => Daemon.DisposeAsync();
}
