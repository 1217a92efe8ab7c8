using System.CommandLine;
using System.Text.Json.Nodes;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Client;
using Buildx.Drivers.Store;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.Commands;

internal sealed class HistoryExportCommand : CliCommand
{
    private readonly Option<string?> _output = Flag.Text("--output", "The file to write; else standard output", "FILE", "-o");
    private readonly Option<bool> _all = Flag.Switch("--all", "All records of the builder");
    private readonly Option<bool> _finalize = Flag.Switch("--finalize", "Let the engine complete the records first");

    public HistoryExportCommand()
        : base("export", "Write records of builds to a bundle that Docker Desktop imports")
    {
        foreach (var option in new Option[] { _output, _all, _finalize })
            Options.Add(option);
    }

    public override string FullName => "history export";

    public override string ArgumentsUsage => "[REF...]";

    public override int MaximumArguments => int.MaxValue;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples => [("history export -o build.dockerbuild", "the latest build")];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var all = invocation.Get(_all);
        if (all && invocation.Arguments.Count > 0)
            throw new CliException("history export: --all exports every record: builds can't be named with it");
        if (string.IsNullOrEmpty(invocation.Get(_output)) && !Console.IsOutputRedirected)
            throw new CliException("history export: a bundle is nothing for a terminal; name a file with --output");
        var references = invocation.Arguments.Count > 0 ? invocation.Arguments.Select(RecordReference.Parse).ToList() : [RecordReference.Latest];
        if (references.Select(reference => reference.Builder).Distinct().Skip(1).Any())
            throw new CliException("history export: builds of several builders can't be in one bundle");
        await using var records = await BuildRecords.OpenAsync(context, references[0], cancellationToken);
        var builds = new List<BuildRecord>();
        foreach (var reference in references)
            builds.AddRange(await FindAsync(records, reference, all, invocation.Get(_finalize), cancellationToken));
        await using var bytes = new MemoryStream();
        await WriteAsync(context, builds, bytes, cancellationToken);
        if (invocation.Get(_output) is { Length: > 0 } path)
        {
            await File.WriteAllBytesAsync(path, bytes.ToArray(), cancellationToken);
            return 0;
        }
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), cancellationToken);
        return 0;
    }

    private static async Task<IReadOnlyList<BuildRecord>> FindAsync(
        BuildRecords records, RecordReference reference, bool all, bool finalize, CancellationToken cancellationToken)
    {
        var found = await records.FindAsync(reference, onlyCompleted: true, cancellationToken);
        if (!all && reference.IsByOrder)
            found = [found[0]];
        foreach (var build in found.Where(build => finalize && build.Record.Trace is null))
        {
            await new Control.ControlClient((await build.Node.ConnectAsync(cancellationToken)).Invoker).UpdateBuildHistoryAsync(
                new UpdateBuildHistoryRequest { Ref = build.Record.Ref, Finalize = true }, cancellationToken: cancellationToken);
        }
        return found;
    }

    private static async Task WriteAsync(CliContext context, IReadOnlyList<BuildRecord> builds, Stream target, CancellationToken cancellationToken)
    {
        var local = new LocalBuilds(context.Store.Directory);
        var clients = new List<BuildkitClient>();
        foreach (var node in builds.Select(build => build.Node).Distinct())
            clients.Add(await node.ConnectAsync(cancellationToken));
        var bundle = new Bundle(new RecordBlobs(clients));
        var manifests = new List<(string, JsonObject)>();
        foreach (var build in builds)
        {
            var state = local.Find(build.Builder, build.Node.Name, build.Record.Ref);
            var workers = await (await build.Node.ConnectAsync(cancellationToken)).GetWorkersAsync(cancellationToken);
            var platform = workers.SelectMany(worker => worker.Platforms).FirstOrDefault();
            manifests.Add((build.Record.Ref, await bundle.AddAsync(
                build.Record, platform?.Normalize().ToString(), state, state?.GroupRef is { } group ? local.FindGroup(group) : null, cancellationToken)));
        }
        await bundle.WriteAsync(manifests, target, cancellationToken);
    }
}
