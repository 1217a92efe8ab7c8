using System.Collections.Concurrent;
using Buildx.Protocol.Gateway;
using Grpc.Core;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>Containers that a frontend makes and runs processes in, e.g. for a debugger.</summary>
internal sealed partial class GatewayBuild
{
    private readonly ConcurrentDictionary<string, GatewayContainer> _containers = [];

    public async Task<NewContainerResponse> NewContainerAsync(NewContainerRequest create, CancellationToken cancellationToken)
    {
        if (create.ContainerID.Length == 0)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "a container needs a ContainerID"));
        if (_containers.ContainsKey(create.ContainerID))
            throw Exists(create.ContainerID);
        var container = await GatewayContainer.CreateAsync(create, FindMountAsync, bridge.Build, catalog.Exec, cancellationToken);
        if (!_containers.TryAdd(create.ContainerID, container))
        {
            await container.DisposeAsync();
            throw Exists(create.ContainerID);
        }
        return new NewContainerResponse();
    }

    public async Task<ReleaseContainerResponse> ReleaseContainerAsync(ReleaseContainerRequest release)
    {
        var container = Container(release.ContainerID);
        _containers.TryRemove(release.ContainerID, out _);
        await container.DisposeAsync();
        return new ReleaseContainerResponse();
    }

    /// <summary>Serves one <c>ExecProcess</c> stream until the other side ends it and its processes have ended.</summary>
    public Task ExecProcessAsync(
        Func<CancellationToken, Task<ExecMessage?>> read, Func<ExecMessage, CancellationToken, Task> write, CancellationToken cancellationToken) =>
        new ProcessStream(Container, read, write).RunAsync(cancellationToken);

    private GatewayContainer Container(string id) => _containers.TryGetValue(id, out var container)
        ? container
        : throw new RpcException(new Status(StatusCode.NotFound, $"there is no container {id}: it was released, or never made"));

    private async ValueTask ReleaseContainersAsync()
    {
        foreach (var id in _containers.Keys)
        {
            if (_containers.TryRemove(id, out var container))
                await container.DisposeAsync();
        }
    }

    private static RpcException Exists(string id) => new(new Status(StatusCode.AlreadyExists, $"container {id} exists already"));
}
