using Buildx.Protocol.Gateway;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>
/// Asks a frontend for something other than a build. <c>Control.Solve</c> has no way to return the answer, so the client takes the
/// part of a frontend that only asks another one and returns nothing to build.
/// </summary>
internal sealed class FrontendQuestion(LLBBridge.LLBBridgeClient bridge, SolveOptions options)
{
    /// <returns>The answer's parts by name.</returns>
    /// <exception cref="RpcException">The frontend doesn't know the answer, or the question.</exception>
    public async Task<IReadOnlyDictionary<string, string>> AskAsync(string question, CancellationToken cancellationToken)
    {
        try
        {
            await bridge.PingAsync(new PingRequest(), cancellationToken: cancellationToken);
            var response = await bridge.SolveAsync(CreateRequest(question), cancellationToken: cancellationToken);
            await bridge.ReturnAsync(new ReturnRequest { Result = new Result() }, cancellationToken: cancellationToken);
            return response.Result.Metadata.ToDictionary(entry => entry.Key, entry => entry.Value.ToStringUtf8());
        }
        catch (RpcException e)
        {
            await FrontendRequests.FailAsync(bridge, e, cancellationToken);
            throw;
        }
    }

    private SolveRequest CreateRequest(string question)
    {
        var request = FrontendRequests.Create(options);
        request.FrontendOpt["requestid"] = question;
        const string capability = "moby.buildkit.frontend.subrequests+forward";
        request.FrontendOpt["frontend.caps"] = request.FrontendOpt.TryGetValue("frontend.caps", out var others) ? $"{others},{capability}" : capability;
        return request;
    }
}
