using System.CommandLine;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Terminal;
using Buildx.Cli.Values;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.Commands;

internal sealed class PruneCommand : CliCommand
{
    private readonly Option<bool> _all = Flag.Switch("--all", "Also what builds share and what is internal", "-a");
    private readonly Option<string[]> _filters = Flag.List("--filter", "Only what matches, e.g. until=24h, type=regular", "FILTER");
    private readonly Option<bool> _force = Flag.Switch("--force", "Don't ask", "-f");
    private readonly Option<string?> _reserved = Flag.Text("--reserved-space", "Always keep this much cache", "SIZE");
    private readonly Option<string?> _keepStorage = Flag.Hide(Flag.Text("--keep-storage", "The old name of --reserved-space", "SIZE"));
    private readonly Option<string?> _maximum = Flag.Text("--max-used-space", "Keep at most this much cache", "SIZE");
    private readonly Option<string?> _free = Flag.Text("--min-free-space", "Remove until this much of the disk is free", "SIZE");
    private readonly Option<bool> _verbose = Flag.Switch("--verbose", "Everything about each removed entry");
    private readonly Option<string?> _timeout = Flag.Timeout();

    public PruneCommand()
        : base("prune", "Remove build cache")
    {
        foreach (var option in new Option[] { _all, _filters, _force, _reserved, _keepStorage, _maximum, _free, _verbose, _timeout })
            Options.Add(option);
    }

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var filter = FilterList.Parse(invocation.Get(_filters));
        var request = new PruneRequest
        {
            All = invocation.Get(_all),
            KeepDuration = (long)(filter.Until?.TotalNanoseconds ?? 0),
            ReservedSpace = Size(invocation, _reserved) ?? Size(invocation, _keepStorage) ?? 0,
            MaxUsedSpace = Size(invocation, _maximum) ?? 0,
            MinFreeSpace = Size(invocation, _free) ?? 0,
        };
        request.Filter.AddRange(filter.Filters);
        var question = request.All ? "WARNING! This removes all build cache. Continue?" : "WARNING! This removes all build cache that isn't in use. Continue?";
        if (!invocation.Get(_force) && !Confirmation.Ask(context.Out, question))
            return 0;
        var removed = new List<UsageRecord>();
        await foreach (var connection in RunningEngines.ConnectAsync(context, cancellationToken))
        {
            using var call = connection.Control.Prune(request, cancellationToken: cancellationToken);
            await foreach (var record in call.ResponseStream.ReadAllAsync(cancellationToken))
                removed.Add(record);
        }
        if (invocation.Get(_verbose))
            removed.ForEach(record => UsageText.WriteVerbose(context.Out, record));
        else if (removed.Count > 0)
            UsageText.WriteTable(context.Out, removed);
        await context.Out.WriteLineAsync($"Total:\t{ByteSize.Format(removed.Sum(record => record.Size))}");
        return 0;
    }

    private static long? Size(CommandInvocation invocation, Option<string?> option) =>
        invocation.Get(option) is { } text ? ByteSize.Parse(option.Name, text) : null;
}
