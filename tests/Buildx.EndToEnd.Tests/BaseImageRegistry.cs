using Buildx.TestSupport;

[assembly: AssemblyFixture(typeof(Buildx.EndToEnd.Tests.BaseImageRegistry))]

namespace Buildx.EndToEnd.Tests;

/// <summary>A registry with the base images, for all tests: it stands in for Docker Hub as its mirror.</summary>
public sealed class BaseImageRegistry : IAsyncLifetime
{
    public RegistryServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RegistryServer.StartAsync();
        await Tool.RunAsync(
            "skopeo", "copy", "--all", "--dest-tls-verify=false", $"oci:{Repository.BaseImages}:latest", $"docker://{Server.Host}/library/busybox:1.36");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
