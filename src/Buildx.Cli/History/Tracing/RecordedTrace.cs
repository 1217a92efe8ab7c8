using Buildx.Drivers.Store;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.History.Tracing;

/// <summary>The trace that goes with the record of a build.</summary>
/// <param name="Title">What the build is called, for people.</param>
internal sealed record RecordedTrace(string Title, IReadOnlyList<Span> Spans)
{
    public string Id => Spans[0].Id.Trace;

    /// <exception cref="CliException">There is no such build, or it has no trace.</exception>
    public static async Task<RecordedTrace> LoadAsync(CliContext context, BuildRecords records, RecordReference reference, CancellationToken cancellationToken)
    {
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
            throw new CliException($"the record of build {build.Record.Ref} has no trace: its engine keeps none, or the build's log is gone");
        var local = new LocalBuilds(context.Store.Directory).Find(build.Builder, build.Node.Name, build.Record.Ref);
        var name = BuildName.Of(build.Record.FrontendAttrs, local);
        try
        {
            return SpanReader.Read(await new RecordBlobs([client]).ReadAsync(trace.Digest, cancellationToken)) is { Count: > 0 } spans
                ? new RecordedTrace(name.Length > 0 ? $"{name} ({build.Record.Ref})" : build.Record.Ref, spans)
                : throw new CliException($"the trace of build {build.Record.Ref} is empty");
        }
        catch (FormatException e)
        {
            throw new CliException($"the trace of build {build.Record.Ref} can't be read: {e.Message}", innerException: e);
        }
    }
}
