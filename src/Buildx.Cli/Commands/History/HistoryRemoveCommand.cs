using System.CommandLine;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.Commands;

internal sealed class HistoryRemoveCommand : CliCommand
{
    private readonly Option<bool> _all = Flag.Switch("--all", "Remove all records");

    public HistoryRemoveCommand()
        : base("rm", "Remove records of builds") => Options.Add(_all);

    public override string FullName => "history rm";

    public override string ArgumentsUsage => "[REF...]";

    public override int MaximumArguments => int.MaxValue;

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var all = invocation.Get(_all);
        if (all == invocation.Arguments.Count > 0)
            throw new CliException("history rm: name the builds, or give --all");
        if (all)
        {
            await using var records = await BuildRecords.OpenAsync(context, RecordReference.Latest, cancellationToken);
            // The engine lists so many at a time.
            while (await records.ListAsync(RecordReference.Latest, RecordFilter.None, onlyCompleted: true, cancellationToken) is { Count: > 0 } builds)
            {
                foreach (var build in builds)
                    await RemoveAsync(build, cancellationToken);
            }
            return 0;
        }
        var failures = new List<string>();
        foreach (var argument in invocation.Arguments)
        {
            var reference = RecordReference.Parse(argument);
            await using var records = await BuildRecords.OpenAsync(context, reference, cancellationToken);
            try
            {
                foreach (var build in await records.FindAsync(reference, onlyCompleted: true, cancellationToken))
                    await RemoveAsync(build, cancellationToken);
            }
            catch (CliException e)
            {
                failures.Add(e.Message);
            }
        }
        return failures.Count == 0 ? 0 : throw new CliException(string.Join('\n', failures));
    }

    private static async Task RemoveAsync(BuildRecord build, CancellationToken cancellationToken)
    {
        var client = await build.Node.ConnectAsync(cancellationToken);
        try
        {
            await new Control.ControlClient(client.Invoker).UpdateBuildHistoryAsync(
                new UpdateBuildHistoryRequest { Ref = build.Record.Ref, Delete = true }, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // Somebody else was faster.
        }
    }
}
