using Buildx.Engine.CacheTransfer;
using Buildx.Engine.Frontends;
using Buildx.Engine.Frontends.Gateway;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Policies;
using Buildx.Linux;
using Buildx.Llb;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Pb;
using Grpc.Core;
using Source = Buildx.Protocol.Errors.Source;

namespace Buildx.Engine.Server.Services;

/// <summary>The one place where an exception becomes what a client is told: a message for people, and typed details for programs.</summary>
internal static class ErrorConversion
{
    /// <param name="build">The frontend's build that is told, if one is: it can mount what a failed step has left.</param>
    public static RpcException ToRpcException(Exception exception, CancellationToken cancellationToken, GatewayBuild? build = null)
    {
        var code = exception switch
        {
            OperationCanceledException => StatusCode.Cancelled,
            VertexException { InnerException: OperationCanceledException } => StatusCode.Cancelled,
            ReturnedException returned => returned.Code,
            NotSupportedException or FrontendException { UnsupportedCapability: not null } => StatusCode.Unimplemented,
            FrontendException or InvalidLlbException or FormatException or CacheTransferException => StatusCode.InvalidArgument,
            _ when IsDiskFull(exception) => StatusCode.ResourceExhausted,
            _ => StatusCode.Unknown,
        };
        var message = code == StatusCode.Cancelled || cancellationToken.IsCancellationRequested ? "context canceled" : exception.Message;
        if (code == StatusCode.ResourceExhausted)
            message += ". The disk with the engine's state is full: remove build cache with `buildx prune`, free other space there, or set BUILDX_ENGINE_ROOT to a place on another disk";
        var details = exception switch
        {
            VertexException failed => new RpcStatusDetails
            {
                VertexDigest = failed.Vertex.Digest.Value,
                Solve = ToSolve(failed, build),
                Sources = [.. failed.Vertex.Locations.Select(location => ToSource(location.File.ToMessage(), location.Ranges.Select(range => range.ToMessage())))],
            },
            ReturnedException returned => returned.Details,
            FrontendException { InnerException: ReturnedException returned, SourceFile: { } file } failed => returned.Details with { Sources = [ToSource(file, failed.Ranges)] },
            FrontendException { UnsupportedCapability: { } capability } => new RpcStatusDetails { UnsupportedFrontendCapability = capability },
            FrontendException { SourceFile: { } file } failed => new RpcStatusDetails { Sources = [ToSource(file, failed.Ranges)] },
            _ => RpcStatusDetails.None,
        };
        if (Chain(exception).OfType<SourceDeniedException>().FirstOrDefault() is { Reasons.Count: > 0 } denied && details.DenyMessages.Count == 0)
            details = details with { DenyMessages = [.. denied.Reasons.Select(reason => reason.Message)] };
        return (details with { Stack = code == StatusCode.Cancelled ? null : Origin }).ToException(code, message);
    }

    /// <summary>That it was the engine, and which; not where in its code, which helps nobody who has not written it.</summary>
    private static Stack Origin { get; } = new()
    {
        Cmdline = { "buildkitd" },
        Pid = Environment.ProcessId,
        Version = WorkerDescription.Version().Version,
        Revision = WorkerDescription.Version().Revision,
    };

    private static Solve ToSolve(VertexException failed, GatewayBuild? build)
    {
        var solve = new Solve { Op = failed.Vertex.Operation };
        foreach (var (key, value) in failed.Vertex.Metadata.Description)
            solve.Description[key] = value;
        if (failed.InnerException is FileOperationException { ActionIndex: >= 0 and var index })
            solve.File = new Protocol.Errors.FileAction { Index = index };
        if (build is not null && failed.InnerException is StepFailedException step)
        {
            solve.InputIDs.AddRange(step.Before.Select(build.Add));
            solve.MountIDs.AddRange(step.After.Select(build.Add));
        }
        return solve;
    }

    private static bool IsDiskFull(Exception exception) =>
        Chain(exception).Any(e => e is IOException && e.HResult is (int)Errno.ENOSPC or (int)Errno.EDQUOT);

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
            yield return e;
    }

    private static Source ToSource(SourceInfo info, IEnumerable<Protocol.Pb.Range> ranges)
    {
        var source = new Source { Info = info };
        source.Ranges.AddRange(ranges);
        return source;
    }
}
