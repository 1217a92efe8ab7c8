using System.Globalization;
using Buildx.Engine.BuildRecords;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Engine.Server.Services;

// Builds that ended: their records, and their progress as it was.
internal sealed partial class ControlService
{
    /// <summary>The engine's clock, by which clients tell how long ago something was.</summary>
    private const string TimestampHeader = "buildkit-current-timestamp";

    public override async Task ListenBuildHistory(
        BuildHistoryRequest request, IServerStreamWriter<BuildHistoryEvent> responseStream, ServerCallContext context)
    {
        await SendTimestampAsync(context);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, _stopping.Token);
        try
        {
            await foreach (var change in history.ListenAsync(request, stop.Token))
                await responseStream.WriteAsync(change, stop.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The engine ends, and with it what there is to hear.
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ErrorConversion.ToRpcException(e, context.CancellationToken);
        }
    }

    public override async Task<UpdateBuildHistoryResponse> UpdateBuildHistory(UpdateBuildHistoryRequest request, ServerCallContext context)
    {
        if (request.Finalize)
        {
            // A record is complete when its build has ended, its trace aside: few ever ask for that.
            try
            {
                await history.AddTraceAsync(request.Ref, context.CancellationToken);
                return new UpdateBuildHistoryResponse();
            }
            catch (Exception e) when (e is not RpcException)
            {
                throw ErrorConversion.ToRpcException(e, context.CancellationToken);
            }
        }
        return Guard(() => request.Delete ? history.Remove(request.Ref) : history.SetPinned(request.Ref, request.Pinned))
            ? new UpdateBuildHistoryResponse()
            : throw new RpcException(new Grpc.Core.Status(StatusCode.NotFound, $"there is no build record {request.Ref}"));
    }

    private async Task<IAsyncEnumerable<StatusResponse>> ProgressOfAsync(string reference, bool withReasons, CancellationToken cancellationToken)
    {
        if (builds.Find(reference) is { } running)
            return running.Progress.ReadAsync(cancellationToken, withReasons);
        if (history.Find(reference) is { } record)
        {
            return record.Logs is { } log && Digest.TryParse(log.Digest, out var digest) && storage.Content.TryGetSize(digest, out _)
                ? StatusLog.ReadAsync(storage.Content, digest, cancellationToken)
                : throw new RpcException(new Grpc.Core.Status(StatusCode.NotFound, $"the log of build {reference} is gone"));
        }
        return (await builds.GetAsync(reference, cancellationToken)).Progress.ReadAsync(cancellationToken, withReasons);
    }

    private Task SendTimestampAsync(ServerCallContext context) => context.WriteResponseHeadersAsync(
        new Metadata { { TimestampHeader, time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) } });
}
