using Buildx.Engine.Frontends;
using Buildx.Engine.Frontends.Gateway;
using Buildx.Engine.Server.Building;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Trees;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Gateway;
using Google.Protobuf;
using Grpc.Core;
using SolveRequest = Buildx.Protocol.Gateway.SolveRequest;
using SolveResponse = Buildx.Protocol.Gateway.SolveResponse;

namespace Buildx.Engine.Server.Services;

/// <summary><c>moby.buildkit.v1.frontend.LLBBridge</c>: what a frontend that runs in the client asks of its build.</summary>
internal sealed class BridgeService(BuildRegistry builds, WorkerDescription worker) : LLBBridge.LLBBridgeBase
{
    /// <summary>Names the build that a call belongs to: the <c>Ref</c> of its <c>Control.Solve</c>.</summary>
    private const string BuildIdHeader = "buildkit-controlapi-buildid";

    private const int MaximumFileSize = 16 << 20;

    public override Task<PongResponse> Ping(PingRequest request, ServerCallContext context)
    {
        var response = new PongResponse { Workers = { worker.ToRecord() } };
        response.FrontendAPICaps.AddRange(Capabilities.Frontend);
        response.LLBCaps.AddRange(Capabilities.Llb);
        return Task.FromResult(response);
    }

    public override Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context) => RunAsync(context, async (frontend, bridge, token) =>
    {
        FrontendResult result;
        if (request.Definition is { Def.Count: > 0 } definition)
        {
            result = new FrontendResult([new FrontendReference("", Platform.Host, bridge.Reference(definition), null)], false, new Dictionary<string, byte[]>());
        }
        else if (request.Frontend.Length > 0)
        {
            result = await FrontendCatalog.Find(request.Frontend, request.FrontendOpt)
                .SolveAsync(new FrontendRequest(request.FrontendOpt.ToDictionary(), request.FrontendInputs.ToDictionary()), bridge, token);
        }
        else
        {
            result = new FrontendResult([new FrontendReference("", Platform.Host, null, null)], false, new Dictionary<string, byte[]>());
        }
        if (request.Evaluate)
            await Task.WhenAll(result.References.Select(reference => reference.Reference?.EvaluateAsync(token) ?? Task.CompletedTask));
        return new SolveResponse { Result = GatewayResults.ToMessage(result, frontend.Add) };
    });

    public override Task<ReturnResponse> Return(ReturnRequest request, ServerCallContext context) => RunAsync(context, (frontend, _, _) =>
    {
        if (request.Error is { } error)
            frontend.Fail(error.Message);
        else
            frontend.Return(GatewayResults.FromMessage(request.Result ?? new Result(), frontend.Get));
        return Task.FromResult(new ReturnResponse());
    });

    public override Task<InputsResponse> Inputs(InputsRequest request, ServerCallContext context) => RunAsync(context, async (frontend, _, token) =>
    {
        var (_, build) = await frontend.WaitAsync(token);
        var response = new InputsResponse();
        foreach (var (name, definition) in build.Inputs)
            response.Definitions[name] = definition;
        return response;
    });

    public override Task<ResolveImageConfigResponse> ResolveImageConfig(ResolveImageConfigRequest request, ServerCallContext context) =>
        RunAsync(context, async (_, bridge, token) =>
        {
            var reference = ImageReference.Parse(request.Ref).WithDefaultTag();
            var image = await bridge.ResolveImageConfigAsync(
                reference, PlatformOf(request.Platform), ImageSourceRequest.ParseMode(request.ResolveMode), request.LogName, token);
            return new ResolveImageConfigResponse { Digest = image.Digest.Value, Config = ByteString.CopyFrom(image.ConfigJson), Ref = reference.ToString() };
        });

    public override Task<ResolveSourceMetaResponse> ResolveSourceMeta(ResolveSourceMetaRequest request, ServerCallContext context) =>
        RunAsync(context, async (_, bridge, token) =>
        {
            var response = new ResolveSourceMetaResponse { Source = request.Source };
            if (!request.Source.Identifier.StartsWith(ImageSourceRequest.Scheme, StringComparison.Ordinal))
                return response;
            var source = ImageSourceRequest.Parse(request.Source.Identifier, request.Source.Attrs, PlatformOf(request.Platform));
            var image = await bridge.ResolveImageConfigAsync(source.Reference, source.Platform, source.Mode, request.LogName, token);
            response.Image = new ResolveSourceImageResponse { Digest = image.Digest.Value, Config = ByteString.CopyFrom(image.ConfigJson) };
            return response;
        });

    public override Task<EvaluateResponse> Evaluate(EvaluateRequest request, ServerCallContext context) => RunAsync(context, async (frontend, _, token) =>
    {
        if (frontend.Get(request.Ref) is { } reference)
            await reference.EvaluateAsync(token);
        return new EvaluateResponse();
    });

    public override Task<ReadFileResponse> ReadFile(ReadFileRequest request, ServerCallContext context) => ReadAsync(context, request.Ref, tree =>
    {
        var content = TreeLookup.ReadFile(tree.Root, request.FilePath, MaximumFileSize) ?? throw Missing(request.FilePath);
        if (request.Range is not { } range)
            return new ReadFileResponse { Data = ByteString.CopyFrom(content) };
        var start = (int)Math.Clamp(range.Offset, 0, content.Length);
        var length = range.Length > 0 ? (int)Math.Min(range.Length, content.Length - start) : content.Length - start;
        return new ReadFileResponse { Data = ByteString.CopyFrom(content, start, length) };
    });

    public override Task<ReadDirResponse> ReadDir(ReadDirRequest request, ServerCallContext context) => ReadAsync(context, request.Ref, tree =>
    {
        var names = TreeLookup.ReadDirectory(tree.Root, request.DirPath) ?? throw Missing(request.DirPath);
        var response = new ReadDirResponse();
        foreach (var name in names)
        {
            if (request.IncludePattern.Length > 0 && !PathGlob.IsMatch(request.IncludePattern, name))
                continue;
            if (TreeLookup.Describe(tree.Root, $"{request.DirPath}/{name}") is { } entry)
                response.Entries.Add(entry);
        }
        return response;
    });

    public override Task<StatFileResponse> StatFile(StatFileRequest request, ServerCallContext context) => ReadAsync(context, request.Ref, tree =>
        new StatFileResponse { Stat = TreeLookup.Describe(tree.Root, request.Path) ?? throw Missing(request.Path) });

    public override Task<WarnResponse> Warn(WarnRequest request, ServerCallContext context) => RunAsync(context, (_, bridge, _) =>
    {
        bridge.Warn(new FrontendWarning(
            request.Short.ToStringUtf8(), [.. request.Detail.Select(line => line.ToStringUtf8())], request.Url, request.Info, request.Ranges, request.Digest,
            (int)request.Level));
        return Task.FromResult(new WarnResponse());
    });

    private Task<T> ReadAsync<T>(ServerCallContext context, string id, Func<FileTree, T> read) => RunAsync(context, async (frontend, _, token) =>
    {
        var reference = frontend.Get(id) ?? throw Missing("/");
        await using var open = await reference.OpenAsync(token);
        return read(open.Tree);
    });

    private async Task<T> RunAsync<T>(ServerCallContext context, Func<ClientFrontend, IFrontendBridge, CancellationToken, Task<T>> work)
    {
        try
        {
            var id = context.RequestHeaders.GetValue(BuildIdHeader)
                ?? throw new RpcException(new Status(StatusCode.InvalidArgument, $"the call has no {BuildIdHeader} header: which build is it for?"));
            var job = await builds.GetAsync(id, context.CancellationToken);
            var frontend = job.ClientFrontend
                ?? throw new RpcException(new Status(StatusCode.FailedPrecondition, $"build {id} has a frontend of its own"));
            var (bridge, _) = await frontend.WaitAsync(context.CancellationToken);
            return await work(frontend, bridge, context.CancellationToken);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ErrorConversion.ToRpcException(e, context.CancellationToken);
        }
    }

    private static FileNotFoundException Missing(string path) => new($"{path}: no such file or directory");

    private static Platform PlatformOf(Protocol.Pb.Platform? platform) =>
        platform is { OS.Length: > 0 } ? PlatformMessage.Read(platform).Normalize() : Platform.Host;
}
