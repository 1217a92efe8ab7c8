using System.CommandLine;
using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Cli.Terminal;
using Buildx.Client.Progress;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.Commands;

internal sealed class HistoryLogsCommand : HistoryCommand
{
    private readonly Option<string?> _progress = Flag.Text("--progress", "plain (default), rawjson or tty", "MODE");

    public HistoryLogsCommand()
        : base("logs", "Show the progress of a build as it was") => Options.Add(_progress);

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var reference = RecordReference.Parse(invocation.FirstArgument);
        var mode = ReadMode(BuildProgress.CheckMode(invocation.Get(_progress) ?? "plain"));
        await using var records = await BuildRecords.OpenAsync(context, reference, cancellationToken);
        var build = await records.FindOneAsync(reference, onlyCompleted: false, cancellationToken);
        using var display = ProgressDisplay.Create(mode, mode == ProgressMode.Tty ? ErrorTerminal.Open() : context.Error, ErrorTerminal.Find());
        await foreach (var status in RecordProgress.ReadAsync(build, cancellationToken))
            display.Report(SolveStatus.From(status));
        display.Complete();
        return 0;
    }

    private static ProgressMode ReadMode(string mode) => mode switch
    {
        "rawjson" => ProgressMode.RawJson,
        "tty" when ErrorTerminal.Find() is null => throw new CliException("--progress=tty needs a terminal; use --progress=plain"),
        "tty" => ProgressMode.Tty,
        "quiet" or "none" => ProgressMode.Quiet,
        _ => ProgressMode.Plain,
    };
}
