using Buildx.Client.Debugging;
using Buildx.Client.Progress;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Explanations;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>One build under way: its session, the call that builds, and the one that tells how it goes.</summary>
internal sealed class Solve(
    Control.ControlClient control, CallInvoker invoker, BuildkitConnector connector, SolveOptions options, IProgressSink? progress)
{
    private static readonly TimeSpan StatusInactivity = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StatusRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SessionGrace = TimeSpan.FromSeconds(2);

    /// <summary>Asks for reasons; who knows nothing of them does not mind.</summary>
    private static readonly Metadata Reasons = new() { { BuildExplanation.Header, "1" } };

    private readonly string _ref = options.Ref ?? SessionTunnel.NewId();
    private readonly string _session = SessionTunnel.NewId();
    private long _lastStatus;

    private LLBBridge.LLBBridgeClient Bridge => FrontendRequests.BridgeOf(invoker, _ref);

    public async Task<SolveResult> RunAsync(CancellationToken cancellationToken)
    {
        var stopSession = new CancellationTokenSource();
        using var stopStatus = new CancellationTokenSource();
        using var stopSolve = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var server = CreateServer();
        var tunnel = await SessionTunnel.OpenAsync(control, connector, _session, server, options.SharedKey, options.LocalDirectories, cancellationToken);
        var serving = server.RunAsync(tunnel, stopSession.Token);
        var status = Task.Run(() => WatchAsync(stopStatus.Token), CancellationToken.None);
        var solving = SolveAsync(stopSolve.Token);
        var isKept = false;
        try
        {
            // Without its session the daemon would wait for nothing.
            var sessionIsLost = await Task.WhenAny(solving, serving) == serving
                && await Task.WhenAny(solving, Task.Delay(SessionGrace, CancellationToken.None)) != solving;
            if (sessionIsLost)
            {
                await stopSolve.CancelAsync();
                await ((Task)solving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new SolveException(_ref, $"BuildKit at {connector.Name} ended the session in the middle of the build.");
            }
            var result = await solving;
            isKept = options.KeptSessions is not null;
            return result;
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The build was cancelled.", cancellationToken);
        }
        catch (RpcException exception)
        {
            throw new SolveException(_ref, connector.Name, exception);
        }
        finally
        {
            await FinishStatusAsync(status, stopStatus);
            if (isKept)
                options.KeptSessions!.Add(() => EndAsync(serving, stopSession));
            else
                await EndAsync(serving, stopSession);
        }
    }

    private static async Task EndAsync(Task serving, CancellationTokenSource stopSession)
    {
        await stopSession.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopSession.Dispose();
    }

    private SessionServer CreateServer()
    {
        var server = new SessionServer();
        if (options.LocalDirectories.Count > 0)
            new LocalDirectoryService(options.LocalDirectories).Register(server);
        if (options.Exports.Any(export => export.Destination is not null))
            new ExportService(options.Exports).Register(server);
        if (options.Credentials is { } credentials)
            new CredentialService(credentials).Register(server);
        if (options.Secrets is { } secrets)
            new SecretService(secrets).Register(server);
        if (options.DecideAboutSource is { } decide)
            new SourceDecisionService(decide).Register(server);
        foreach (var service in options.Services)
            service.Register(server);
        return server;
    }

    private async Task<SolveResult> SolveAsync(CancellationToken cancellationToken)
    {
        if (options.Request is { } question)
        {
            var asking = new FrontendQuestion(Bridge, options);
            var (response, answer) = await ActAsFrontendAsync(token => asking.AskAsync(question, token), cancellationToken);
            return new SolveResult(_ref, response.ExporterResponse) { Answer = answer };
        }
        if (options.Act is { } act)
        {
            var frontend = new ClientFrontend(Bridge, _session);
            var (response, _) = await ActAsFrontendAsync(
                async token =>
                {
                    await frontend.RunAsync(act, token);
                    return true;
                },
                cancellationToken);
            return new SolveResult(_ref, response.ExporterResponse);
        }
        if (options.Pause is { } pause)
        {
            var building = new DebuggedBuild(Bridge, _ref, connector.Name, options);
            var (response, _) = await ActAsFrontendAsync(
                async token =>
                {
                    await building.RunAsync(pause, token);
                    return true;
                },
                cancellationToken);
            return new SolveResult(_ref, response.ExporterResponse);
        }
        if (options.Built is { } built)
        {
            var building = new GraphBuild(Bridge, options);
            var (response, _) = await ActAsFrontendAsync(
                async token =>
                {
                    await building.RunAsync(built, token);
                    return true;
                },
                cancellationToken);
            return new SolveResult(_ref, response.ExporterResponse);
        }
        return new SolveResult(_ref, (await control.SolveAsync(CreateRequest(), cancellationToken: cancellationToken)).ExporterResponse);
    }

    private async Task<(Protocol.ControlApi.SolveResponse Response, T Outcome)> ActAsFrontendAsync<T>(Func<CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var solving = control.SolveAsync(CreateRequest(), cancellationToken: cancellationToken).ResponseAsync;
        var acting = act(stop.Token);
        // Without the build there is nobody to ask.
        if (await Task.WhenAny(solving, acting) == solving && !solving.IsCompletedSuccessfully)
            await stop.CancelAsync();
        await ((Task)acting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)solving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // What the frontend said tells more than the build that failed for it.
        if (acting.Exception?.InnerException is not (null or RpcException { StatusCode: StatusCode.Cancelled }))
            await acting;
        var response = await solving;
        return (response, await acting);
    }

    private Protocol.ControlApi.SolveRequest CreateRequest()
    {
        var request = new Protocol.ControlApi.SolveRequest
        {
            Ref = _ref,
            Session = _session,
            // The frontend that is asked something is asked by us.
            Frontend = options is { Request: null, Built: null, Act: null, Pause: null } ? options.Frontend : "",
            Definition = options.Definition,
            Cache = new Protocol.ControlApi.CacheOptions(),
            Internal = options.IsInternal,
            SourcePolicySession = options.DecideAboutSource is null ? "" : _session,
        };
        request.FrontendAttrs.Add(options.FrontendAttributes.ToDictionary());
        request.FrontendInputs.Add(options.FrontendInputs.ToDictionary());
        request.Entitlements.Add(options.Entitlements);
        request.Cache.Imports.Add(options.CacheImports.Select(ToEntry));
        request.Cache.Exports.Add(options.CacheExports.Select(ToEntry));
        foreach (var export in options.Exports)
        {
            var exporter = new Exporter { Type = export.Type };
            exporter.Attrs.Add(export.Attributes.ToDictionary());
            request.Exporters.Add(exporter);
        }
        if (options.Exports is [var first, ..])
        {
            // Daemons from before 2024 know one exporter only.
            request.ExporterDeprecated = first.Type;
            request.ExporterAttrsDeprecated.Add(first.Attributes.ToDictionary());
        }
        return request;
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var clock = Environment.TickCount64;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var call = control.Status(new StatusRequest { Ref = _ref }, Reasons, cancellationToken: cancellationToken);
                while (await call.ResponseStream.MoveNext(cancellationToken))
                {
                    Volatile.Write(ref _lastStatus, Environment.TickCount64);
                    progress?.Report(SolveStatus.From(call.ResponseStream.Current));
                }
                return;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound && Environment.TickCount64 - clock < StatusInactivity.TotalMilliseconds)
            {
                // Asked before the build has begun.
                await Task.Delay(StatusRetry, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) when (exception is RpcException or OperationCanceledException or IOException)
            {
                // How the build ends is told by the other call.
                return;
            }
        }
    }

    /// <summary>The last messages may come behind the build's end; a stream that says nothing for a while is given up.</summary>
    private async Task FinishStatusAsync(Task status, CancellationTokenSource stopStatus)
    {
        Volatile.Write(ref _lastStatus, Environment.TickCount64);
        while (!status.IsCompleted)
        {
            await Task.WhenAny(status, Task.Delay(100, CancellationToken.None));
            if (Environment.TickCount64 - Volatile.Read(ref _lastStatus) > StatusInactivity.TotalMilliseconds)
                await stopStatus.CancelAsync();
        }
        await status;
    }

    private static Protocol.ControlApi.CacheOptionsEntry ToEntry(CacheOptions cache)
    {
        var entry = new Protocol.ControlApi.CacheOptionsEntry { Type = cache.Type };
        entry.Attrs.Add(cache.Attributes.ToDictionary());
        return entry;
    }
}
