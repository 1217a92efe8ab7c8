using System.CommandLine;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.Commands;

/// <summary>
/// The trace of a build as its engine has recorded it. Docker Buildx serves a viewer on a terminal; there is none here, and what is
/// asked of it is refused.
/// </summary>
internal sealed class HistoryTraceCommand : HistoryCommand
{
    public HistoryTraceCommand()
        : base("trace", "Print the OpenTelemetry spans of a build, as JSON")
    {
        AddUnsupported("--addr", "Where to serve the viewer (not supported: spans are printed)", "ADDRESS");
        AddUnsupported("--compare", "Compare with another build (not supported)", "REF");
    }

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var reference = RecordReference.Parse(invocation.FirstArgument);
        await using var records = await BuildRecords.OpenAsync(context, reference, cancellationToken);
        var build = await records.FindOneAsync(reference, onlyCompleted: true, cancellationToken);
        var client = await build.Node.ConnectAsync(cancellationToken);
        if (build.Record.Trace is null)
        {
            // An engine may write it only when it is asked for.
            await new Control.ControlClient(client.Invoker).UpdateBuildHistoryAsync(
                new UpdateBuildHistoryRequest { Ref = build.Record.Ref, Finalize = true }, cancellationToken: cancellationToken);
            build = await records.FindOneAsync(new RecordReference(null, build.Node.Name, build.Record.Ref, 0), onlyCompleted: true, cancellationToken);
        }
        if (build.Record.Trace is not { } trace)
        {
            throw new CliException(
                $"the record of build {build.Record.Ref} has no trace: its engine keeps none (Buildx's own doesn't, and no BuildKit without OpenTelemetry does)");
        }
        await using var output = Console.OpenStandardOutput();
        await new RecordBlobs([client]).CopyAsync(trace.Digest, output, cancellationToken);
        return 0;
    }
}
