using Buildx.Client;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Gateway;
using Grpc.Core;
using SolveRequest = Buildx.Protocol.Gateway.SolveRequest;

namespace Buildx.EndToEnd.Tests.Frontends;

/// <summary>A build whose frontend is the test itself: raw gRPC, no session.</summary>
internal sealed class RunningBuild : IAsyncDisposable
{
    private readonly string _id;
    private readonly CancellationTokenSource _stop = new();

    public RunningBuild(BuildkitClient client)
    {
        _id = Guid.NewGuid().ToString("n");
        Bridge = new LLBBridge.LLBBridgeClient(client.Invoker);
        Ended = new Control.ControlClient(client.Invoker)
            .SolveAsync(new Protocol.ControlApi.SolveRequest { Ref = _id }, cancellationToken: _stop.Token).ResponseAsync;
    }

    /// <param name="id">A build that somebody else has begun, and ends.</param>
    public RunningBuild(BuildkitClient client, string id) => (_id, Bridge, Ended) = (id, new LLBBridge.LLBBridgeClient(client.Invoker), Task.FromResult(new Protocol.ControlApi.SolveResponse()));

    public LLBBridge.LLBBridgeClient Bridge { get; }

    /// <summary>The <c>Control.Solve</c> that the frontend works for.</summary>
    public Task<Protocol.ControlApi.SolveResponse> Ended { get; }

    /// <summary>Names the build in each call.</summary>
    public Metadata Headers => new() { { "buildkit-controlapi-buildid", _id } };

    public static LlbOutput Busybox => LlbSource.Image(ImageReference.Parse("busybox:1.36"), Native);

    public static VertexOptions Native => new() { Platform = Platform.Host };

    public async Task<string> SolveAsync(LlbOutput? output) => (await Bridge.SolveAsync(
        new SolveRequest { Definition = LlbDefinition.Write(output), AllowResultReturn = true, AllowResultArrayRef = true }, Headers)).Result.Ref.Id;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
