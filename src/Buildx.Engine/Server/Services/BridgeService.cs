using Buildx.Engine.Frontends.Gateway;
using Buildx.Engine.Server.Building;
using Buildx.Protocol.Gateway;
using Grpc.Core;
using SolveRequest = Buildx.Protocol.Gateway.SolveRequest;
using SolveResponse = Buildx.Protocol.Gateway.SolveResponse;

namespace Buildx.Engine.Server.Services;

/// <summary><c>moby.buildkit.v1.frontend.LLBBridge</c>: what a frontend that runs in the client asks of its build.</summary>
internal sealed class BridgeService(BuildRegistry builds, WorkerDescription worker) : LLBBridge.LLBBridgeBase
{
    /// <summary>Names the build that a call belongs to: the <c>Ref</c> of its <c>Control.Solve</c>.</summary>
    private const string BuildIdHeader = "buildkit-controlapi-buildid";

    // Before there is a build, too: clients ask first what they may rely on.
    public override Task<PongResponse> Ping(PingRequest request, ServerCallContext context)
    {
        var response = new PongResponse { Workers = { worker.ToRecord() } };
        response.FrontendAPICaps.AddRange(Capabilities.Frontend);
        response.LLBCaps.AddRange(Capabilities.Llb);
        return Task.FromResult(response);
    }

    public override Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context) =>
        RunAsync(context, (build, token) => build.SolveAsync(request, token));

    public override Task<ReturnResponse> Return(ReturnRequest request, ServerCallContext context) =>
        RunAsync(context, (build, _) => Task.FromResult(build.Return(request)));

    public override Task<InputsResponse> Inputs(InputsRequest request, ServerCallContext context) =>
        RunAsync(context, (build, _) => Task.FromResult(build.Inputs()));

    public override Task<ResolveImageConfigResponse> ResolveImageConfig(ResolveImageConfigRequest request, ServerCallContext context) =>
        RunAsync(context, (build, token) => build.ResolveImageConfigAsync(request, token));

    public override Task<ResolveSourceMetaResponse> ResolveSourceMeta(ResolveSourceMetaRequest request, ServerCallContext context) =>
        RunAsync(context, (build, token) => build.ResolveSourceMetaAsync(request, token));

    public override Task<EvaluateResponse> Evaluate(EvaluateRequest request, ServerCallContext context) =>
        RunAsync(context, (build, token) => build.EvaluateAsync(request, token));

    public override Task<ReadFileResponse> ReadFile(ReadFileRequest request, ServerCallContext context) =>
        RunAsync(context, (build, token) => build.ReadFileAsync(request, token));

    public override Task<ReadDirResponse> ReadDir(ReadDirRequest request, ServerCallContext context) =>
        RunAsync(context, (build, token) => build.ReadDirAsync(request, token));

    public override Task<StatFileResponse> StatFile(StatFileRequest request, ServerCallContext context) =>
        RunAsync(context, (build, token) => build.StatFileAsync(request, token));

    public override Task<WarnResponse> Warn(WarnRequest request, ServerCallContext context) =>
        RunAsync(context, (build, _) => Task.FromResult(build.Warn(request)));

    public override Task<NewContainerResponse> NewContainer(NewContainerRequest request, ServerCallContext context) =>
        RunAsync(context, (build, token) => build.NewContainerAsync(request, token));

    public override Task<ReleaseContainerResponse> ReleaseContainer(ReleaseContainerRequest request, ServerCallContext context) =>
        RunAsync(context, (build, _) => build.ReleaseContainerAsync(request));

    public override Task ExecProcess(IAsyncStreamReader<ExecMessage> requestStream, IServerStreamWriter<ExecMessage> responseStream, ServerCallContext context) =>
        RunAsync(context, async (build, token) =>
        {
            await build.ExecProcessAsync(
                async ct => await requestStream.MoveNext(ct) ? requestStream.Current : null,
                (message, ct) => responseStream.WriteAsync(message, ct),
                token);
            return true;
        });

    public override Task<ReadFileResponse> ReadFileContainer(ReadFileRequest request, ServerCallContext context) =>
        RunAsync(context, (build, _) => Task.FromResult(build.ReadFileOfContainer(request)));

    public override Task<ReadDirResponse> ReadDirContainer(ReadDirRequest request, ServerCallContext context) =>
        RunAsync(context, (build, _) => Task.FromResult(build.ReadDirOfContainer(request)));

    public override Task<StatFileResponse> StatFileContainer(StatFileRequest request, ServerCallContext context) =>
        RunAsync(context, (build, _) => Task.FromResult(build.StatFileOfContainer(request)));

    private async Task<T> RunAsync<T>(ServerCallContext context, Func<GatewayBuild, CancellationToken, Task<T>> work)
    {
        GatewayBuild? build = null;
        try
        {
            var id = context.RequestHeaders.GetValue(BuildIdHeader)
                ?? throw new RpcException(new Status(StatusCode.InvalidArgument, $"the call has no {BuildIdHeader} header: which build is it for?"));
            var job = await builds.GetAsync(id, context.CancellationToken);
            var frontend = job.ClientFrontend
                ?? throw new RpcException(new Status(StatusCode.FailedPrecondition, $"build {id} has a frontend of its own"));
            build = await frontend.WaitAsync(context.CancellationToken);
            return await work(build, context.CancellationToken);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ErrorConversion.ToRpcException(e, context.CancellationToken, build);
        }
    }
}
