using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Buildx.Protocol.Sessions;

/// <summary>Turns Kestrel's requests into gRPC calls.</summary>
/// <param name="closed">Cancelled when the connection has ended: Kestrel tells its requests so only at its next heartbeat, now and then.</param>
internal sealed class SessionApplication(IReadOnlyDictionary<string, SessionMethod> methods, CancellationToken closed) : IHttpApplication<IFeatureCollection>
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1;

    /// <summary>Completes when the calls under way have ended. Called once, when the connection has.</summary>
    public Task WaitForCallsAsync()
    {
        Leave();
        return _ended.Task;
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        Interlocked.Increment(ref _running);
        try
        {
            await AnswerAsync(context);
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _ended.TrySetResult();
    }

    private async Task AnswerAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        if (request.Method != "POST" || !request.Headers.ContentType.ToString().StartsWith("application/grpc", StringComparison.Ordinal))
        {
            response.StatusCode = 415;
            return;
        }
        response.Headers.ContentType = "application/grpc";
        var call = new SessionCall(context, request.Path);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted, closed);
        var aborted = either.Token;
        var body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        try
        {
            if (!methods.TryGetValue(request.Path, out var method))
                throw new RpcException(new Status(StatusCode.Unimplemented, $"The client does not serve {request.Path}."));
            await method(call, aborted);
            await body.StartAsync(aborted);
            SetStatus(context, Status.DefaultSuccess, null);
        }
        catch (Exception) when (aborted.IsCancellationRequested)
        {
            // Nobody is left to be told.
        }
        catch (Exception exception)
        {
            await body.StartAsync(CancellationToken.None);
            var (status, trailers) = exception switch
            {
                RpcException rpc => (rpc.Status, rpc.Trailers),
                OperationCanceledException => (new Status(StatusCode.Cancelled, "context canceled"), null),
                FileNotFoundException or DirectoryNotFoundException => (new Status(StatusCode.NotFound, exception.Message), null),
                _ => (new Status(StatusCode.Unknown, exception.Message), null),
            };
            SetStatus(context, status, trailers);
        }
    }

    private static void SetStatus(IFeatureCollection context, Status status, Metadata? extra)
    {
        var trailers = context.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
        trailers["grpc-status"] = ((int)status.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (status.Detail.Length > 0)
            trailers["grpc-message"] = GrpcMessage.Encode(status.Detail);
        foreach (var entry in extra ?? [])
            trailers.Append(entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : entry.Value);
    }
}
