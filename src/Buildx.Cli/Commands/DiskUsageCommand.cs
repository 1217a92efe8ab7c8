using System.CommandLine;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Terminal;
using Buildx.Cli.Values;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.Commands;

internal sealed class DiskUsageCommand : CliCommand
{
    private readonly Option<string[]> _filters = Flag.List("--filter", "Only what matches, e.g. type=exec.cachemount, until=24h, inuse", "FILTER");
    private readonly Option<string?> _format = Flag.Text("--format", "table (default), pretty, json, or a Go template, e.g. '{{.ID}} {{.Size}}'", "FORMAT");
    private readonly Option<bool> _verbose = Flag.Switch("--verbose", "Everything about each entry; the same as --format=pretty");
    private readonly Option<string?> _timeout = Flag.Timeout();

    public DiskUsageCommand()
        : base("du", "Show how much disk space the build cache takes")
    {
        foreach (var option in new Option[] { _filters, _format, _verbose, _timeout })
            Options.Add(option);
    }

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var verbose = invocation.Get(_verbose);
        var format = invocation.Get(_format);
        if (verbose && format is not null)
            throw new CliException("--verbose is the same as --format=pretty: they can't be used together");
        format ??= verbose ? "pretty" : "table";
        var template = format is "table" or "pretty" or "json" ? null : UsageRows.Parse(format);
        var filter = FilterList.Parse(invocation.Get(_filters));
        var request = new DiskUsageRequest { AgeLimit = (long)(filter.Until?.TotalNanoseconds ?? 0) };
        request.Filter.AddRange(filter.Filters);
        IReadOnlyList<UsageRecord> records = [];
        await foreach (var connection in RunningEngines.ConnectAsync(context, cancellationToken))
        {
            // The largest last, of each node: that is what is looked for, and where a terminal's reader is.
            var used = await connection.Control.DiskUsageAsync(request, cancellationToken: cancellationToken);
            records = [.. records, .. used.Record.OrderBy(record => record.Size).ThenBy(record => record.ID, StringComparer.Ordinal)];
        }
        if (template is not null)
        {
            template.Write(context.Out, records.Select(record => UsageRows.Make(record, template.IsTable)));
            return 0;
        }
        switch (format)
        {
            case "json":
                foreach (var record in records)
                    await context.Out.WriteLineAsync(UsageText.ToJson(record));
                return 0;
            case "pretty":
                foreach (var record in records)
                    UsageText.WriteVerbose(context.Out, record);
                break;
            default:
                UsageText.WriteTable(context.Out, records);
                break;
        }
        if (filter.Filters.Count == 0)
            UsageText.WriteSummary(context.Out, records);
        return 0;
    }
}
