using Grpc.Core;

namespace Buildx.Client;

/// <summary>No BuildKit answers at an address.</summary>
public sealed class BuildkitUnavailableException(string endpoint, RpcException exception)
    : Exception($"No BuildKit answers at {endpoint}: {Reason(exception)}", exception)
{
    public string Endpoint => endpoint;

    private static string Reason(RpcException exception)
    {
        Exception reason = exception;
        while (reason.InnerException is { } inner)
            reason = inner;
        return reason is RpcException rpc ? rpc.Status.Detail : reason.Message;
    }
}
