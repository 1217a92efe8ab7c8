using System.Text.Json;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Gateway;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Buildx.Client;

/// <summary>What a client says in the place of a frontend that only asks another one.</summary>
internal static class FrontendRequests
{
    /// <summary>The build's own bridge: every call names the build.</summary>
    public static LLBBridge.LLBBridgeClient BridgeOf(CallInvoker invoker, string buildRef) => new(invoker.Intercept(headers =>
    {
        headers.Add("buildkit-controlapi-buildid", buildRef);
        return headers;
    }));

    public static SolveRequest Create(SolveOptions options)
    {
        var request = new SolveRequest { Frontend = options.Frontend, AllowResultReturn = true, AllowResultArrayRef = true };
        foreach (var (name, value) in options.FrontendAttributes)
            request.FrontendOpt[name] = value;
        foreach (var (name, value) in options.FrontendInputs)
            request.FrontendInputs[name] = value;
        // A frontend takes its caches from there, and from nowhere else.
        if (options.CacheImports.Count > 0)
            request.FrontendOpt["cache-imports"] = Write(options.CacheImports);
        return request;
    }

    /// <summary>Tells the build that it has failed: else it would wait for a result.</summary>
    public static async Task FailAsync(LLBBridge.LLBBridgeClient bridge, RpcException exception, CancellationToken cancellationToken)
    {
        try
        {
            await bridge.ReturnAsync(AnswerOf(exception), cancellationToken: cancellationToken);
        }
        catch (RpcException)
        {
            // It has ended already.
        }
    }

    /// <summary>The answer of a build that a call has failed for.</summary>
    public static ReturnRequest AnswerOf(RpcException exception)
    {
        var error = new ReturnRequest { Error = new Protocol.Errors.Status { Code = (int)exception.StatusCode, Message = exception.Status.Detail } };
        error.Error.Details.AddRange(RpcStatusDetails.Read(exception).ToDetails());
        return error;
    }

    private static string Write(IReadOnlyList<CacheOptions> caches)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var cache in caches)
            {
                json.WriteStartObject();
                json.WriteString("Type", cache.Type);
                json.WriteStartObject("Attrs");
                foreach (var (name, value) in cache.Attributes)
                    json.WriteString(name, value);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
