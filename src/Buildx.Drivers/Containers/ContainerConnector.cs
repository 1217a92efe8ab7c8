using Buildx.Client;
using Buildx.Drivers.Docker;

namespace Buildx.Drivers.Containers;

/// <summary>A BuildKit in a container, reached by running <c>buildctl dial-stdio</c> in it.</summary>
internal sealed class ContainerConnector(DockerApi api, string container) : BuildkitConnector
{
    public override string Name => $"container {container} at {api.Address}";

    public override async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken) =>
        new ContainerStreams((await api.ExecuteAsync(container, ["buildctl", "dial-stdio"], cancellationToken)).Stream);
}
