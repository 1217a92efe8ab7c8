using System.Globalization;
using Buildx.Engine.BuildRecords;
using Buildx.Engine.Frontends;
using Buildx.Engine.Frontends.Gateway;
using Buildx.Engine.Server.Building;
using Buildx.Engine.Server.Sessions;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Explanations;
using Buildx.Protocol.Sessions;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using UsageRecord = Buildx.Engine.Storage.UsageRecord;

namespace Buildx.Engine.Server.Services;

/// <summary><c>moby.buildkit.v1.Control</c>: what every BuildKit client talks to.</summary>
internal sealed partial class ControlService(
    BuildRunner runner, FrontendCatalog frontends, BuildRegistry builds, SessionManager sessions, WorkerDescription worker, IStorage storage,
    BuildHistory history, EngineActivity activity, TimeProvider time)
    : Control.ControlBase, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Clients that are connected now.</summary>
    public int SessionCount => sessions.Count;

    /// <summary>Ends builds and sessions, so that the engine can stop.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();

    public override async Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context)
    {
        using var busy = activity.Begin();
        try
        {
            var build = BuildRequest.Parse(request);
            var session = await sessions.GetAsync(build.SessionId, context.CancellationToken);
            worker.RefuseEntitlements(build.Entitlements);
            await using var job = new BuildJob(build.Reference, session, storage.Lease(), build.Entitlements)
            {
                FindSession = sessions.Find,
                FindSessionAsync = sessions.FindAsync,
                ClientFrontend = build.Definition is null && build.Frontend.Length == 0 ? new ClientFrontend(frontends) : null,
                SourcePolicy = build.SourcePolicy,
                Devices = frontends.Exec.Devices,
                PolicySession = await sessions.GetAsync(build.PolicySessionId, context.CancellationToken),
                StartedAt = time.GetUtcNow(),
                Project = build.ProjectOf(session),
                Arguments = build.Arguments,
            };
            builds.Add(job);
            var recorder = build.IsInternal ? null : HistoryRecorder.Start(history, storage.Content, time, build);
            // Without its client nobody wants the build any more.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, session?.Closed ?? default, _stopping.Token);
            try
            {
                var answers = await runner.RunAsync(build, job, stop.Token);
                job.Progress.Complete();
                if (recorder is not null)
                    await recorder.CompleteAsync(job.Progress, answers, error: null, job.Lease);
                var response = new SolveResponse();
                foreach (var (key, value) in answers.Exporters.Append(answers.Caches).SelectMany(answer => answer))
                    response.ExporterResponse[key] = value;
                return response;
            }
            catch (Exception e)
            {
                var error = e as RpcException ?? ErrorConversion.ToRpcException(e, stop.Token);
                job.ClientFrontend?.Fail(error);
                job.Progress.Complete();
                if (recorder is not null)
                    await recorder.CompleteAsync(job.Progress, answers: null, error, job.Lease);
                throw error;
            }
            finally
            {
                builds.End(job);
                activity.BuildEnded();
            }
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ErrorConversion.ToRpcException(e, context.CancellationToken);
        }
    }

    public override async Task Status(StatusRequest request, IServerStreamWriter<StatusResponse> responseStream, ServerCallContext context)
    {
        await SendTimestampAsync(context);
        var withReasons = context.RequestHeaders.GetValue(BuildExplanation.Header) is not null;
        await foreach (var change in await ProgressOfAsync(request.Ref, withReasons, context.CancellationToken))
            await responseStream.WriteAsync(change, context.CancellationToken);
    }

    public override async Task Session(
        IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        using var busy = activity.Begin();
        var http = context.GetHttpContext();
        var headers = SessionHeaders.Read(http.Request.Headers)
            ?? throw new RpcException(new Grpc.Core.Status(StatusCode.InvalidArgument, $"the session has no {SessionHeaders.IdHeader} header"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, _stopping.Token);
        await sessions.ServeAsync(headers, requestStream, responseStream, PeerCheck.IsSameUser(http), stop.Token);
    }

    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context) =>
        Task.FromResult(Guard(() =>
        {
            var record = worker.ToRecord();
            return new WorkerFilter(request.Filter).Matches(record) ? new ListWorkersResponse { Record = { record } } : new ListWorkersResponse();
        }));

    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) =>
        Task.FromResult(new InfoResponse { BuildkitVersion = WorkerDescription.Version() });

    public override Task<DiskUsageResponse> DiskUsage(DiskUsageRequest request, ServerCallContext context)
    {
        var response = new DiskUsageResponse();
        response.Record.AddRange(Guard(() => storage.GetUsage(new UsageFilter([.. request.Filter])).Where(IsOldEnough).Select(ToMessage).ToList()));
        return Task.FromResult(response);

        bool IsOldEnough(UsageRecord record) =>
            request.AgeLimit == 0 || time.GetUtcNow() - (record.LastUsedAt ?? record.CreatedAt) >= TimeSpan.FromTicks(request.AgeLimit / 100);
    }

    public override async Task Prune(PruneRequest request, IServerStreamWriter<Protocol.ControlApi.UsageRecord> responseStream, ServerCallContext context)
    {
        using var busy = activity.Begin();
        // BuildKit's duration is Go's: nanoseconds.
        var policy = new PrunePolicy(
            new UsageFilter([.. request.Filter]), request.All, TimeSpan.FromTicks(request.KeepDuration / 100),
            request.ReservedSpace, request.MaxUsedSpace, request.MinFreeSpace);
        var removed = System.Threading.Channels.Channel.CreateUnbounded<UsageRecord>();
        var pruning = Task.Run(async () =>
        {
            try
            {
                await storage.PruneAsync([policy], record => removed.Writer.TryWrite(record), context.CancellationToken);
            }
            finally
            {
                removed.Writer.Complete();
            }
        });
        await foreach (var record in removed.Reader.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(ToMessage(record), context.CancellationToken);
        try
        {
            await pruning;
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ErrorConversion.ToRpcException(e, context.CancellationToken);
        }
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ErrorConversion.ToRpcException(e, default);
        }
    }

    private static Protocol.ControlApi.UsageRecord ToMessage(UsageRecord record)
    {
        var message = new Protocol.ControlApi.UsageRecord
        {
            ID = record.Id,
            Mutable = record.Mutable,
            InUse = record.InUse,
            Size = record.Size,
            CreatedAt = Timestamp.FromDateTimeOffset(record.CreatedAt),
            LastUsedAt = record.LastUsedAt is { } used ? Timestamp.FromDateTimeOffset(used) : null,
            UsageCount = record.UsageCount,
            Description = record.Description,
            RecordType = record.Type.ToName(),
            Shared = record.Shared,
        };
        message.Parents.AddRange(record.Parents);
        return message;
    }
}
