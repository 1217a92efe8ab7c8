using Buildx.Client.Frontends;
using Buildx.Protocol.Gateway;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>Does what a frontend would do, from the client: builds, reads what was built, and returns nothing to export.</summary>
internal sealed class ClientFrontend(LLBBridge.LLBBridgeClient bridge, string sessionId)
{
    public async Task RunAsync(Func<FrontendBuild, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var answer = new ReturnRequest { Result = new Result() };
        try
        {
            var capabilities = await bridge.PingAsync(new PingRequest(), cancellationToken: cancellationToken);
            await act(new FrontendBuild(bridge, new Dictionary<string, string>(), sessionId, capabilities), cancellationToken);
        }
        catch (RpcException e)
        {
            // Else the build waits for a result.
            answer = FrontendRequests.AnswerOf(e);
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
                await bridge.ReturnAsync(answer, cancellationToken: cancellationToken);
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                // It has ended already.
            }
        }
    }
}
