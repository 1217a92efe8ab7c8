using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Gateway;
using Google.Protobuf;

namespace Buildx.Client.Frontends;

/// <summary>A build as its frontend sees it.</summary>
public sealed class FrontendBuild
{
    private readonly HashSet<string> _frontendCapabilities;
    private readonly HashSet<string> _llbCapabilities;

    internal FrontendBuild(LLBBridge.LLBBridgeClient bridge, IReadOnlyDictionary<string, string> options, string sessionId, PongResponse capabilities)
    {
        (Bridge, Options, SessionId) = (bridge, options, sessionId);
        Workers = [.. capabilities.Workers.Select(Worker.From)];
        _frontendCapabilities = [.. capabilities.FrontendAPICaps.Where(capability => capability.Enabled).Select(capability => capability.ID)];
        _llbCapabilities = [.. capabilities.LLBCaps.Where(capability => capability.Enabled).Select(capability => capability.ID)];
    }

    /// <summary>What the client asked for: <c>filename</c>, <c>target</c>, <c>build-arg:NAME</c>, <c>platform</c>, …</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>The client's session, which local sources are read from.</summary>
    public string SessionId { get; }

    /// <summary>Who builds; the first platform of the first one is the native one.</summary>
    public IReadOnlyList<Worker> Workers { get; }

    /// <summary>The API itself, for what this class has no method for (containers, nested frontends).</summary>
    public LLBBridge.LLBBridgeClient Bridge { get; }

    /// <summary>Whether the bridge does something, by its name in BuildKit (<c>gateway.exec</c>).</summary>
    public bool Supports(string frontendCapability) => _frontendCapabilities.Contains(frontendCapability);

    /// <summary>Whether graphs may have something in them (<c>diffop</c>).</summary>
    public bool SupportsInGraphs(string llbCapability) => _llbCapabilities.Contains(llbCapability);

    /// <summary>A directory of the client's: <c>context</c>, <c>dockerfile</c>, or what it calls it.</summary>
    public LlbOutput Local(string name, VertexOptions? options = null, LocalSourceOptions? local = null) =>
        LlbSource.Local(name, options ?? VertexOptions.None, (local ?? new LocalSourceOptions()) with { SessionId = SessionId });

    /// <summary>Hands a graph over. Nothing of it runs before somebody needs its content.</summary>
    public async Task<SolvedTree> SolveAsync(LlbOutput? output, CancellationToken cancellationToken = default)
    {
        var request = new SolveRequest { Definition = LlbDefinition.Write(output), AllowResultReturn = true, AllowResultArrayRef = true };
        var response = await Bridge.SolveAsync(request, cancellationToken: cancellationToken);
        return new SolvedTree(Bridge, response.Result.Ref?.Id ?? "");
    }

    /// <summary>Graphs that the client passed by name.</summary>
    public async Task<IReadOnlyDictionary<string, LlbOutput?>> GetInputsAsync(CancellationToken cancellationToken = default)
    {
        var response = await Bridge.InputsAsync(new InputsRequest(), cancellationToken: cancellationToken);
        return response.Definitions.ToDictionary(input => input.Key, input => LlbGraph.Read(input.Value).Output);
    }

    /// <summary>An image's digest and its config's JSON.</summary>
    public async Task<(Digest Digest, ReadOnlyMemory<byte> Config)> ResolveImageAsync(
        ImageReference image, Platform platform, CancellationToken cancellationToken = default)
    {
        var request = new ResolveImageConfigRequest { Ref = image.ToString(), Platform = PlatformMessage.Write(platform) };
        var response = await Bridge.ResolveImageConfigAsync(request, cancellationToken: cancellationToken);
        return (Digest.Parse(response.Digest), response.Config.Memory);
    }

    /// <summary>A warning that the client shows.</summary>
    public async Task WarnAsync(string message, string? detail = null, string? url = null, CancellationToken cancellationToken = default)
    {
        var request = new WarnRequest { Level = 1, Short = ByteString.CopyFromUtf8(message), Url = url ?? "" };
        if (detail is not null)
            request.Detail.Add(ByteString.CopyFromUtf8(detail));
        await Bridge.WarnAsync(request, cancellationToken: cancellationToken);
    }
}
