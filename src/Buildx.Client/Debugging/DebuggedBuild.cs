using Buildx.Protocol.Errors;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Grpc.Core;

namespace Buildx.Client.Debugging;

/// <summary>
/// Builds through a frontend of the daemon's, but in its place: so the build stays where it is, with all that it has made, while
/// somebody looks at it. Then the result goes to the exporters.
/// </summary>
internal sealed class DebuggedBuild(LLBBridge.LLBBridgeClient bridge, string buildRef, string daemon, SolveOptions options)
{
    private const string ConfigKey = "containerimage.config";

    /// <param name="pause">Looks at it; false asks for another build in its place.</param>
    /// <exception cref="BuildRestartException">It was asked for.</exception>
    public async Task RunAsync(Func<PausedBuild, CancellationToken, Task<bool>> pause, CancellationToken cancellationToken)
    {
        try
        {
            var capabilities = (await bridge.PingAsync(new PingRequest(), cancellationToken: cancellationToken)).FrontendAPICaps
                .Where(capability => capability.Enabled).Select(capability => capability.ID).ToHashSet(StringComparer.Ordinal);
            if (!capabilities.Contains("gateway.exec") || !capabilities.Contains("gateway.evaluate"))
                throw new RpcException(new Grpc.Core.Status(StatusCode.Unimplemented, "this BuildKit is too old for a debugger: it needs 0.11, or Docker Engine 23"));
            Result? result = null;
            RpcException? failure = null;
            try
            {
                result = (await bridge.SolveAsync(FrontendRequests.Create(options), cancellationToken: cancellationToken)).Result;
                await EvaluateAsync(result, cancellationToken);
            }
            catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is not (StatusCode.Cancelled or StatusCode.Unavailable))
            {
                failure = e;
            }
            var source = failure is null
                ? SourceOf(result!)
                : ContainerSource.OfFailure(RpcStatusDetails.Read(failure).FindSolve(), capabilities.Contains("gateway.exec.secretenv"));
            var paused = new PausedBuild(bridge, source, failure is null ? null : new SolveException(buildRef, daemon, failure));
            if (!await pause(paused, cancellationToken))
                throw new BuildRestartException();
            if (failure is not null)
                throw failure;
            await bridge.ReturnAsync(new ReturnRequest { Result = result }, cancellationToken: cancellationToken);
        }
        catch (RpcException e)
        {
            await FrontendRequests.FailAsync(bridge, e, cancellationToken);
            throw;
        }
        catch (BuildRestartException e)
        {
            await FrontendRequests.FailAsync(bridge, new RpcException(new Grpc.Core.Status(StatusCode.Aborted, e.Message)), cancellationToken);
            throw;
        }
    }

    private Task EvaluateAsync(Result result, CancellationToken cancellationToken) => Task.WhenAll(ReferencesOf(result).Select(entry =>
        bridge.EvaluateAsync(new EvaluateRequest { Ref = entry.Reference }, cancellationToken: cancellationToken).ResponseAsync));

    // Of several platforms, the first.
    private ContainerSource? SourceOf(Result result)
    {
        if (ReferencesOf(result).FirstOrDefault() is not { Reference: { } reference, Platform: var platform })
            return null;
        var key = platform.Length == 0 ? ConfigKey : $"{ConfigKey}/{platform}";
        // What is said of the network of all steps is meant for whoever looks at the result too.
        var network = options.FrontendAttributes.GetValueOrDefault("force-network-mode") switch { "none" => NetMode.None, "host" => NetMode.Host, _ => NetMode.Unset };
        return ContainerSource.OfResult(reference, result.Metadata.TryGetValue(key, out var config) ? config.Memory : null, network);
    }

    /// <summary>An empty tree has none.</summary>
    private static IEnumerable<(string Platform, string Reference)> ReferencesOf(Result result) => (result.ResultCase switch
    {
        Result.ResultOneofCase.Ref => [("", result.Ref.Id)],
        Result.ResultOneofCase.Refs => result.Refs.Refs.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value.Id)),
        _ => Enumerable.Empty<(string, string)>(),
    }).Where(entry => entry.Item2.Length > 0);
}
