using System.Collections.Concurrent;
using System.Text.Json;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Gateway;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>
/// One build as a frontend outside of the engine sees it: the calls of <c>LLBBridge</c>, whichever way they come.
/// </summary>
internal sealed partial class GatewayBuild(FrontendRequest request, IFrontendBridge bridge, FrontendCatalog catalog) : IAsyncDisposable
{
    /// <summary>The <c>ResolverType</c> of an image in a client's OCI layout; others are of registries.</summary>
    private const int LayoutResolver = 1;

    private readonly ConcurrentDictionary<string, StepMount> _stepMounts = [];
    private readonly TaskCompletionSource<FrontendResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, IBuildReference> _references = [];

    /// <summary>What the frontend returns at last.</summary>
    public Task<FrontendResult> Result => _result.Task;

    public PongResponse Ping()
    {
        var response = new PongResponse { Workers = { catalog.Worker.ToRecord() } };
        response.FrontendAPICaps.AddRange(Capabilities.Frontend);
        response.LLBCaps.AddRange(Capabilities.Llb);
        return response;
    }

    public async Task<SolveResponse> SolveAsync(SolveRequest solve, CancellationToken cancellationToken)
    {
        bridge.ImportCaches([.. solve.CacheImports.Select(entry => new CacheRequest(entry.Type, entry.Attrs.ToDictionary()))]);
        FrontendResult result;
        if (solve.Definition is { Def.Count: > 0 } definition)
        {
            result = Single(await bridge.ReferenceAsync(definition, cancellationToken, solve.SourcePolicies));
        }
        else if (solve.Frontend.Length > 0)
        {
            bridge.RememberRequest(solve.Frontend, solve.FrontendOpt.ToDictionary());
            result = await catalog.Find(solve.Frontend)
                .SolveAsync(new FrontendRequest(solve.FrontendOpt.ToDictionary(), solve.FrontendInputs.ToDictionary()), bridge, cancellationToken);
        }
        else
        {
            result = Single(null);
        }
        if (solve.Evaluate)
            await Task.WhenAll(result.References.Select(reference => reference.Reference?.EvaluateAsync(cancellationToken) ?? Task.CompletedTask));
        var message = GatewayResults.ToMessage(result, Add);
        var response = new SolveResponse { Result = message };
        if (!solve.AllowResultReturn)
            response.Ref = message.Ref?.Id ?? "";
        if (!solve.AllowResultArrayRef)
            GatewayResults.MakeDeprecated(message);
        if (solve.Final)
            _result.TrySetResult(result with { Metadata = ReadExporterAttributes(solve.ExporterAttr, result.Metadata) });
        return response;
    }

    public ReturnResponse Return(ReturnRequest returned)
    {
        var isFirst = returned.Error is { } error
            ? _result.TrySetException(new ReturnedException((StatusCode)error.Code, error.Message, RpcStatusDetails.Read(error.ToByteArray())))
            : _result.TrySetResult(GatewayResults.FromMessage(returned.Result ?? new Result(), Get));
        if (!isFirst)
            throw new InvalidOperationException("the frontend has returned already");
        // Whether somebody looks at it or not.
        _ = _result.Task.Exception;
        return new ReturnResponse();
    }

    public InputsResponse Inputs()
    {
        var response = new InputsResponse();
        foreach (var (name, definition) in request.Inputs)
            response.Definitions[name] = definition;
        return response;
    }

    public async Task<ResolveImageConfigResponse> ResolveImageConfigAsync(ResolveImageConfigRequest resolve, CancellationToken cancellationToken)
    {
        var reference = ImageReference.Parse(resolve.Ref).WithDefaultTag();
        var platform = PlatformOf(resolve.Platform);
        var image = resolve.ResolverType == LayoutResolver
            ? await bridge.ResolveLayoutConfigAsync(reference, new LayoutStore(resolve.SessionID, resolve.StoreID), platform, resolve.LogName, cancellationToken)
            : await bridge.ResolveImageConfigAsync(reference, platform, ImageSourceRequest.ParseMode(resolve.ResolveMode), resolve.LogName, cancellationToken, resolve.SourcePolicies);
        return new ResolveImageConfigResponse { Digest = image.Digest.Value, Config = ByteString.CopyFrom(image.ConfigJson), Ref = reference.ToString() };
    }

    public Task<ResolveSourceMetaResponse> ResolveSourceMetaAsync(ResolveSourceMetaRequest resolve, CancellationToken cancellationToken) =>
        resolve.Source is null ? throw new InvalidLlbException("ResolveSourceMeta needs a source") : bridge.DescribeSourceAsync(resolve, cancellationToken);

    public async Task<EvaluateResponse> EvaluateAsync(EvaluateRequest evaluate, CancellationToken cancellationToken)
    {
        if (Get(evaluate.Ref) is { } reference)
            await reference.EvaluateAsync(cancellationToken);
        return new EvaluateResponse();
    }

    public WarnResponse Warn(WarnRequest warning)
    {
        bridge.Warn(new FrontendWarning(
            warning.Short.ToStringUtf8(), [.. warning.Detail.Select(line => line.ToStringUtf8())], warning.Url, warning.Info, warning.Ranges, warning.Digest,
            (int)warning.Level));
        return new WarnResponse();
    }

    public ValueTask DisposeAsync() => ReleaseContainersAsync();

    /// <returns>The id by which the frontend can mount what a failed step had or has left; empty for nothing.</returns>
    public string Add(StepMount? mount)
    {
        if (mount is null)
            return "";
        var id = NewId();
        _stepMounts[id] = mount;
        return id;
    }

    /// <summary>What the frontend wants to mount, by its id; null for an empty tree.</summary>
    private async Task<StepMount?> FindMountAsync(string id, CancellationToken cancellationToken)
    {
        if (_stepMounts.TryGetValue(id, out var mount))
            return mount;
        return Get(id) is { Output: { } output } reference && await reference.GetTreeAsync(cancellationToken) is { } tree ? new StepMount(output, tree) : null;
    }

    /// <returns>The id by which the frontend names this result from now on.</returns>
    private string Add(IBuildReference reference)
    {
        var id = NewId();
        _references[id] = reference;
        return id;
    }

    private static string NewId() => Guid.NewGuid().ToString("N")[..25];

    /// <summary>Null for the empty id, which stands for an empty tree.</summary>
    /// <exception cref="InvalidOperationException">There is no such result in this build.</exception>
    private IBuildReference? Get(string id) => id.Length == 0
        ? null
        : _references.TryGetValue(id, out var reference)
            ? reference
            : throw new InvalidOperationException($"no such result in this build: {id}");

    private static FrontendResult Single(IBuildReference? reference) =>
        new([new FrontendReference("", Platform.Host, reference, null)], false, new Dictionary<string, byte[]>());

    private static Dictionary<string, byte[]> ReadExporterAttributes(ByteString json, IReadOnlyDictionary<string, byte[]> metadata)
    {
        var all = new Dictionary<string, byte[]>();
        try
        {
            using var document = JsonDocument.Parse(json.IsEmpty ? "{}"u8.ToArray() : json.Memory);
            foreach (var property in document.RootElement.EnumerateObject())
                all[property.Name] = property.Value.GetBytesFromBase64();
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidLlbException($"the exporter attributes of the frontend's last Solve can't be read: {e.Message}");
        }
        foreach (var (key, value) in metadata)
            all[key] = value;
        return all;
    }

    private static Platform PlatformOf(Protocol.Pb.Platform? platform) =>
        platform is { OS.Length: > 0 } ? PlatformMessage.Read(platform).Normalize() : Platform.Host;
}
