using Buildx.Engine.Server.Services;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Sessions;
using Google.Protobuf;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>Serves <c>LLBBridge</c> of one build over one stream, on whose other side the frontend is.</summary>
internal static class FrontendServer
{
    private const string Service = "/moby.buildkit.v1.frontend.LLBBridge/";

    /// <summary>Until the stream ends, or <paramref name="cancellationToken"/> is cancelled.</summary>
    public static Task RunAsync(GatewayBuild build, Stream stream, CancellationToken cancellationToken)
    {
        var server = new SessionServer();
        Map(server, "Ping", PingRequest.Parser, (_, _) => Task.FromResult(build.Ping()));
        Map(server, "Solve", SolveRequest.Parser, build.SolveAsync);
        Map(server, "Return", ReturnRequest.Parser, (request, _) => Task.FromResult(build.Return(request)));
        Map(server, "Inputs", InputsRequest.Parser, (_, _) => Task.FromResult(build.Inputs()));
        Map(server, "ResolveImageConfig", ResolveImageConfigRequest.Parser, build.ResolveImageConfigAsync);
        Map(server, "ResolveSourceMeta", ResolveSourceMetaRequest.Parser, build.ResolveSourceMetaAsync);
        Map(server, "Evaluate", EvaluateRequest.Parser, build.EvaluateAsync);
        Map(server, "ReadFile", ReadFileRequest.Parser, build.ReadFileAsync);
        Map(server, "ReadDir", ReadDirRequest.Parser, build.ReadDirAsync);
        Map(server, "StatFile", StatFileRequest.Parser, build.StatFileAsync);
        Map(server, "Warn", WarnRequest.Parser, (request, _) => Task.FromResult(build.Warn(request)));
        Map(server, "NewContainer", NewContainerRequest.Parser, build.NewContainerAsync);
        Map(server, "ReleaseContainer", ReleaseContainerRequest.Parser, (request, _) => build.ReleaseContainerAsync(request));
        Map(server, "ReadFileContainer", ReadFileRequest.Parser, (request, _) => Task.FromResult(build.ReadFileOfContainer(request)));
        Map(server, "ReadDirContainer", ReadDirRequest.Parser, (request, _) => Task.FromResult(build.ReadDirOfContainer(request)));
        Map(server, "StatFileContainer", StatFileRequest.Parser, (request, _) => Task.FromResult(build.StatFileOfContainer(request)));
        server.Map(Service + "ExecProcess", (call, token) => GuardAsync(
            async () =>
            {
                await build.ExecProcessAsync(
                    async ct => await call.ReadAsync(ExecMessage.Parser, ct),
                    async (message, ct) =>
                    {
                        await call.WriteAsync(message, ct);
                        await call.FlushAsync(ct);
                    },
                    token);
                return true;
            },
            token));
        return server.RunAsync(stream, cancellationToken);
    }

    private static void Map<TRequest, TResponse>(
        SessionServer server, string method, MessageParser<TRequest> parser, Func<TRequest, CancellationToken, Task<TResponse>> handle)
        where TRequest : class, IMessage<TRequest>
        where TResponse : IMessage =>
        server.MapUnary(Service + method, parser, (request, _, token) => GuardAsync(() => handle(request, token), token));

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is not Grpc.Core.RpcException)
        {
            throw ErrorConversion.ToRpcException(e, cancellationToken);
        }
    }
}
