using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Buildx.Cli.History.Tracing;

/// <summary>
/// What is served of one trace or two: the viewer at <c>/trace/ID</c> or <c>/trace/ID...ID</c>, the spans at <c>/api/traces/ID</c>.
/// </summary>
/// <param name="isLocal">
/// Whether only this machine is to reach it. Then other names for it are refused: a page of somebody else's whose name leads here is not
/// to read it.
/// </param>
internal sealed class TraceSite(IReadOnlyList<RecordedTrace> traces, bool isLocal) : IHttpApplication<IFeatureCollection>
{
    private const string Text = "text/plain; charset=utf-8";

    /// <summary>Where the viewer is.</summary>
    public string Path => "/trace/" + string.Join("...", traces.Select(trace => trace.Id));

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        var (status, type, body) = Answer(request, response);
        response.StatusCode = status;
        response.Headers.ContentType = type;
        response.Headers.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        var writer = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        if (request.Method != "HEAD")
            await writer.Writer.WriteAsync(body, context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted);
        await writer.CompleteAsync();
    }

    private (int Status, string Type, byte[] Body) Answer(IHttpRequestFeature request, IHttpResponseFeature response)
    {
        if (isLocal && !IsLocalName(request.Headers.Host.ToString()))
            return (421, Text, "this server answers to the name that it has printed\n"u8.ToArray());
        if (request.Method is not ("GET" or "HEAD"))
        {
            response.Headers.Allow = "GET, HEAD";
            return (405, Text, "there is only something to read here\n"u8.ToArray());
        }
        if (request.Path == "/")
        {
            response.Headers.Location = Path;
            return (302, Text, []);
        }
        if (request.Path == Path)
        {
            var nonce = TracePage.NewNonce();
            response.Headers.ContentSecurityPolicy = TracePage.PolicyOf(nonce);
            return (200, "text/html; charset=utf-8", TracePage.Write(traces, nonce));
        }
        return traces.FirstOrDefault(trace => request.Path == "/api/traces/" + trace.Id) is { } one
            ? (200, "application/json", JaegerJson.Write(one.Spans))
            : (404, Text, Encoding.UTF8.GetBytes($"there is nothing at {request.Path}; the trace is at {Path}\n"));
    }

    private static bool IsLocalName(string host)
    {
        if (host.LastIndexOf(':') is > 0 and var colon && !host.EndsWith(']'))
            host = host[..colon];
        return host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
