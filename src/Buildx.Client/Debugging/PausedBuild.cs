using Buildx.Protocol.Gateway;
using Grpc.Core;

namespace Buildx.Client.Debugging;

/// <summary>A build between its last step, or the one that failed, and its end: what it has made can be looked at.</summary>
public sealed class PausedBuild
{
    private readonly LLBBridge.LLBBridgeClient _bridge;
    private readonly ContainerSource? _source;

    internal PausedBuild(LLBBridge.LLBBridgeClient bridge, ContainerSource? source, SolveException? failure) =>
        (_bridge, _source, Failure) = (bridge, source, failure);

    /// <summary>Why it failed; null when everything is built, and nothing exported yet.</summary>
    public SolveException? Failure { get; }

    /// <summary>Whether there is something that containers can be made of: the failed step, or the result.</summary>
    public bool HasContainers => _source is not null;

    /// <summary>Whether a container can also be made of what the step had found before it ran.</summary>
    public bool HasBefore => _source is { Before: not null };

    /// <summary>What the failed step ran, or the image would run.</summary>
    public ContainerProgram Program => _source?.Program ?? new ContainerProgram();

    /// <summary>A new container with the step's mounts as it has left them, or with the result as its root.</summary>
    /// <param name="before">As the step has found them.</param>
    /// <exception cref="RpcException">The daemon can't make it.</exception>
    public async Task<BuildContainer> CreateContainerAsync(bool before, CancellationToken cancellationToken = default)
    {
        var request = (before ? _source?.Before : _source?.After) ?? throw new InvalidOperationException("there is nothing that a container could be made of");
        request = request.Clone();
        request.ContainerID = SessionTunnel.NewId();
        await _bridge.NewContainerAsync(request, cancellationToken: cancellationToken);
        return new BuildContainer(_bridge, request.ContainerID);
    }
}
