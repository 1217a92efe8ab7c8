using Buildx.Client.Frontends;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Gateway;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Buildx.Client;

/// <summary>Does what a frontend would do, from the client: builds, reads what was built, and returns nothing to export.</summary>
internal sealed class ClientFrontend(CallInvoker invoker, string buildRef, string sessionId)
{
    private readonly LLBBridge.LLBBridgeClient _bridge = new(invoker.Intercept(headers =>
    {
        headers.Add("buildkit-controlapi-buildid", buildRef);
        return headers;
    }));

    public async Task RunAsync(Func<FrontendBuild, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var answer = new ReturnRequest { Result = new Result() };
        try
        {
            var capabilities = await _bridge.PingAsync(new PingRequest(), cancellationToken: cancellationToken);
            await act(new FrontendBuild(_bridge, new Dictionary<string, string>(), sessionId, capabilities), cancellationToken);
        }
        catch (RpcException e)
        {
            // Else the build waits for a result.
            answer = new ReturnRequest { Error = new Protocol.Errors.Status { Code = (int)e.StatusCode, Message = e.Status.Detail } };
            answer.Error.Details.AddRange(RpcStatusDetails.Read(e).ToDetails());
            throw;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            answer = new ReturnRequest { Error = new Protocol.Errors.Status { Code = (int)StatusCode.Unknown, Message = e.Message } };
            throw;
        }
        finally
        {
            try
            {
                await _bridge.ReturnAsync(answer, cancellationToken: cancellationToken);
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                // It has ended already.
            }
        }
    }
}
