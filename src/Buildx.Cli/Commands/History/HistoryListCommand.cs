using System.CommandLine;
using System.Text.Json.Nodes;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Cli.Terminal;
using Buildx.Cli.Values;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Commands;

internal sealed class HistoryListCommand : CliCommand
{
    private const string TableFormat = @"table {{.Ref}}\t{{.Name}}\t{{.Status}}\t{{.CreatedAt}}\t{{.Duration}}\t{{.Link}}";
    private const int ShortName = 36;

    private readonly Option<string[]> _filters = Flag.List("--filter", "Only what matches, e.g. status=error, repository=URL, startedAt<24h, duration>1m", "FILTER");
    private readonly Option<string?> _format = Flag.Text("--format", "table (default), json, or a Go template, e.g. '{{.Ref}} {{.Status}}'", "FORMAT");
    private readonly Option<bool> _local = Flag.Switch("--local", "Only builds of the Git repository that this directory is in");
    private readonly Option<bool> _noTruncation = Flag.Switch("--no-trunc", "Don't shorten names");

    public HistoryListCommand()
        : base("ls", "List the builder's records of builds")
    {
        foreach (var option in new Option[] { _filters, _format, _local, _noTruncation })
            Options.Add(option);
    }

    public override string FullName => "history ls";

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("history ls --filter status=error --filter startedAt<24h", "what failed since yesterday"),
        ("history ls --format json", "for scripts, a line for each build"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var filters = invocation.Get(_filters).ToList();
        if (invocation.Get(_local))
            filters.Insert(0, $"repository={await LocalRepository.FindAsync(Environment.CurrentDirectory, cancellationToken)}");
        var filter = RecordFilter.Parse(filters, DateTimeOffset.UtcNow);
        var format = invocation.Get(_format) ?? "table";
        var template = format == "json" ? null : RowTemplate.Parse(format == "table" ? TableFormat : format, Headings());
        await using var records = await BuildRecords.OpenAsync(context, RecordReference.Latest, cancellationToken);
        var builds = await records.ListAsync(RecordReference.Latest, filter, onlyCompleted: false, cancellationToken);
        var ordered = builds.OrderBy(build => build.CompletedAt is not null).ThenByDescending(build => build.CreatedAt).ToList();
        var local = new LocalBuilds(context.Store.Directory);
        if (template is null)
        {
            foreach (var build in ordered)
                await context.Out.WriteLineAsync(JsonText.OneLine(ToJson(build, NameOf(build))));
            return 0;
        }
        var isShort = template.IsTable && !invocation.Get(_noTruncation);
        template.Write(context.Out, ordered.Select(build => ToRow(build, isShort ? Shorten(NameOf(build)) : NameOf(build), template.IsTable)));
        return 0;

        string NameOf(BuildRecord build) => BuildName.Of(build.Record.FrontendAttrs, local.Find(build.Builder, build.Node.Name, build.Record.Ref));
    }

    private static JsonObject Headings() => new()
    {
        ["Ref"] = "BUILD ID",
        ["Name"] = "NAME",
        ["Status"] = "STATUS",
        ["CreatedAt"] = "CREATED AT",
        ["Duration"] = "DURATION",
        ["Link"] = "",
    };

    private static JsonObject ToRow(BuildRecord build, string name, bool isTable) => new()
    {
        ["Ref"] = build.Record.Ref,
        ["FullRef"] = build.FullName,
        ["Name"] = name,
        ["Status"] = StatusOf(build),
        ["CreatedAt"] = DurationText.InWords(DateTimeOffset.UtcNow - build.CreatedAt) + " ago",
        ["Duration"] = build.DurationText + (build.CompletedAt is null ? "+" : ""),
        ["Link"] = !isTable ? DesktopLink.Of(build.FullName)
            : Console.IsOutputRedirected ? "" : DesktopLink.Clickable(DesktopLink.Of(build.FullName), "Open"),
    };

    private static JsonObject ToJson(BuildRecord build, string name)
    {
        var json = new JsonObject { ["cached_steps"] = build.Record.NumCachedSteps };
        if (build.Record.CompletedAt is { } completed)
            json["completed_at"] = TimestampText.Format(completed, isLocal: false);
        json["completed_steps"] = build.Record.NumCompletedSteps;
        json["created_at"] = TimestampText.Format(build.Record.CreatedAt ?? new(), isLocal: false);
        json["name"] = name;
        json["ref"] = build.FullName;
        json["status"] = StatusOf(build);
        json["total_steps"] = build.Record.NumTotalSteps;
        return json;
    }

    private static string StatusOf(BuildRecord build) => build.CompletedAt is null ? "Running" : build.Record.Error is null ? "Completed" : "Error";

    private static string Shorten(string name) => name.Length <= ShortName ? name : ".." + name[^(ShortName - 2)..];
}
