using Buildx.Protocol.Errors;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>A build failed, or the daemon is gone.</summary>
public sealed class SolveException : Exception
{
    internal SolveException(string buildRef, RpcException exception)
        : base($"failed to solve: {exception.Status.Detail}", exception)
    {
        (Ref, Code, Details) = (buildRef, exception.StatusCode, RpcStatusDetails.Read(exception));
    }

    internal SolveException(string buildRef, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        (Ref, Code, Details) = (buildRef, StatusCode.Unavailable, RpcStatusDetails.None);
    }

    public string Ref { get; }

    public StatusCode Code { get; }

    /// <summary>Where in which file the error comes from, and more.</summary>
    public RpcStatusDetails Details { get; }
}
