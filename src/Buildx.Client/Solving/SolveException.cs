using Buildx.Protocol.Errors;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>A build failed, or the daemon is gone.</summary>
public sealed class SolveException : Exception
{
    internal SolveException(string buildRef, string daemon, RpcException exception)
        : base(Describe(daemon, exception), exception)
    {
        (Ref, Code, Details) = (buildRef, exception.StatusCode, RpcStatusDetails.Read(exception));
    }

    internal SolveException(string buildRef, string message)
        : base(message)
    {
        (Ref, Code, Details) = (buildRef, StatusCode.Unavailable, RpcStatusDetails.None);
    }

    public string Ref { get; }

    public StatusCode Code { get; }

    /// <summary>Where in which file the error comes from, and more.</summary>
    public RpcStatusDetails Details { get; }

    // Grpc.Net.Client's words for a stream that ended without the daemon having said how the call went.
    private const string NoStatus = "No grpc-status found on response.";

    // What the daemon has said is a build's failure; anything else happened to the connection, or to the daemon itself.
    private static string Describe(string daemon, RpcException exception) => exception switch
    {
        { Status.DebugException: not null } or { Status.Detail: NoStatus } =>
            $"the connection to the daemon at {daemon} was lost in the middle of the build: it crashed, or was ended. Build again: finished steps are kept in its cache",
        { StatusCode: StatusCode.Cancelled } =>
            $"the daemon at {daemon} gave up the build, most likely because it was stopped ({exception.Status.Detail}). Build again: finished steps are kept in its cache",
        _ => $"failed to solve: {exception.Status.Detail}",
    };
}
