using Buildx.Protocol.Errors;
using Grpc.Core;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>What a frontend returned instead of a result: often an error of this engine, on its way back.</summary>
internal sealed class ReturnedException(StatusCode code, string message, RpcStatusDetails details) : Exception(message)
{
    public StatusCode Code { get; } = code;

    public RpcStatusDetails Details { get; } = details;
}
