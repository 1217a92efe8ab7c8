using System.CommandLine;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Cli.Templates;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Commands;

internal sealed class HistoryInspectCommand : HistoryCommand
{
    private readonly Option<string?> _format = Flag.Text("--format", "pretty (default), json, or a Go template, e.g. '{{.Name}}: {{.Status}}'", "FORMAT");

    public HistoryInspectCommand()
        : base("inspect", "Show what was built, how it went, and what came of it") => Options.Add(_format);

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("history inspect", "the latest build"),
        ("history inspect ^1 --format json", "the one before, for scripts"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var reference = RecordReference.Parse(invocation.FirstArgument);
        var format = invocation.Get(_format) ?? "pretty";
        var template = format is "pretty" or "json" ? null : FormatFlag.Use(() => GoTemplate.Parse(format));
        await using var records = await BuildRecords.OpenAsync(context, reference, cancellationToken);
        var build = await records.FindOneAsync(reference, onlyCompleted: false, cancellationToken);
        var local = new LocalBuilds(context.Store.Directory).Find(build.Builder, build.Node.Name, build.Record.Ref);
        var blobs = new RecordBlobs([await build.Node.ConnectAsync(cancellationToken)]);
        var description = await RecordDescription.MakeAsync(build, local, blobs, cancellationToken);
        if (template is not null)
            await context.Out.WriteLineAsync(FormatFlag.Use(() => template.Render(description)));
        else if (format == "json")
            await context.Out.WriteLineAsync(JsonText.Indented(RecordDescription.WithoutEmpty(description)));
        else
            new RecordText(context, build, description).Write(withRef: invocation.FirstArgument is null);
        return 0;
    }
}
