using Buildx.Protocol.Gateway;
using Grpc.Core;

namespace Buildx.Client.Debugging;

/// <summary>A container of what a build has made so far. It runs as long as the first process in it; what is written in it goes with it.</summary>
public sealed class BuildContainer : IAsyncDisposable
{
    private readonly LLBBridge.LLBBridgeClient _bridge;
    private readonly string _id;

    internal BuildContainer(LLBBridge.LLBBridgeClient bridge, string id) => (_bridge, _id) = (bridge, id);

    /// <summary>Starts a process; whether it could be started, its end tells.</summary>
    /// <param name="write">Takes what the process writes, with the number of the stream: 1 or 2.</param>
    public Task<ContainerProcess> StartAsync(ContainerProgram program, Action<int, ReadOnlyMemory<byte>> write, CancellationToken cancellationToken = default) =>
        ContainerProcess.StartAsync(_bridge.ExecProcess(cancellationToken: cancellationToken), _id, program, write);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _bridge.ReleaseContainerAsync(new ReleaseContainerRequest { ContainerID = _id });
        }
        catch (RpcException)
        {
            // It ends with its build at the latest.
        }
    }
}
