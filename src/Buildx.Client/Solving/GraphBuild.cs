using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>
/// Builds through a frontend of the daemon's, but in its place: so the client learns the graphs, which <c>Control.Solve</c> would not
/// tell, and hands the result over to the exporters.
/// </summary>
internal sealed class GraphBuild(LLBBridge.LLBBridgeClient bridge, SolveOptions options)
{
    private const string ConfigKey = "containerimage.config";

    /// <param name="built">Told when everything is built and nothing is exported yet.</param>
    public async Task RunAsync(Action<IReadOnlyList<BuildGraph>> built, CancellationToken cancellationToken)
    {
        try
        {
            await bridge.PingAsync(new PingRequest(), cancellationToken: cancellationToken);
            var request = FrontendRequests.Create(options);
            request.Evaluate = true;
            var response = await bridge.SolveAsync(request, cancellationToken: cancellationToken);
            built(ReadGraphs(response.Result));
            await bridge.ReturnAsync(new ReturnRequest { Result = response.Result }, cancellationToken: cancellationToken);
        }
        catch (RpcException e)
        {
            await FrontendRequests.FailAsync(bridge, e, cancellationToken);
            throw;
        }
    }

    private static IReadOnlyList<BuildGraph> ReadGraphs(Result result) => result.ResultCase switch
    {
        Result.ResultOneofCase.Ref => [ReadGraph(result, "", result.Ref)],
        Result.ResultOneofCase.Refs => [.. result.Refs.Refs.Select(entry => ReadGraph(result, entry.Key, entry.Value))],
        _ => [],
    };

    private static BuildGraph ReadGraph(Result result, string platform, Ref reference)
    {
        var key = platform.Length == 0 ? ConfigKey : $"{ConfigKey}/{platform}";
        return new BuildGraph(platform, AsBuilt(reference.Def), result.Metadata.TryGetValue(key, out var config) ? config.Memory : null);
    }

    /// <summary>What had to run without cache has run: whoever goes on from here takes its result.</summary>
    private static Definition? AsBuilt(Definition? definition)
    {
        if (definition is null)
            return null;
        var built = definition.Clone();
        foreach (var metadata in built.Metadata.Values)
            metadata.IgnoreCache = false;
        return built;
    }
}
