using Buildx.Cli.Terminal;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.Tools.Buildctl;

/// <summary>Build records: <c>prune-histories</c>, <c>debug histories</c>, <c>debug ctl</c>.</summary>
internal static class BuildctlHistory
{
    public static async Task ShowAsync(Control.ControlClient control)
    {
        var table = new Table();
        table.Add("TYPE", "REF", "CREATED", "COMPLETED", "GENERATION", "PINNED");
        foreach (var known in await ListAsync(control))
        {
            var record = known.Record;
            table.Add(
                known.Type.ToString().ToUpperInvariant(), record.Ref, record.CreatedAt.ToString().Trim('"'), record.CompletedAt?.ToString().Trim('"') ?? "",
                record.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture), record.Pinned ? "*" : "");
        }
        table.Write(Console.Out);
    }

    public static async Task PruneAsync(Control.ControlClient control)
    {
        foreach (var known in (await ListAsync(control)).Where(known => known.Type == BuildHistoryEventType.Complete))
        {
            await control.UpdateBuildHistoryAsync(new UpdateBuildHistoryRequest { Ref = known.Record.Ref, Delete = true });
            Console.Out.WriteLine(known.Record.Ref);
        }
    }

    public static async Task ChangeAsync(Control.ControlClient control, IReadOnlyList<string> args)
    {
        var arguments = BuildctlArguments.Parse(args, ["pin", "unpin", "delete"], []);
        if (arguments.Rest is not [var reference])
            throw new CliException("debug ctl: want one of --pin, --unpin, --delete, and a build's reference");
        await control.UpdateBuildHistoryAsync(new UpdateBuildHistoryRequest
        {
            Ref = reference,
            Pinned = arguments.Has("pin"),
            Delete = arguments.Has("delete"),
        });
    }

    private static async Task<IReadOnlyList<BuildHistoryEvent>> ListAsync(Control.ControlClient control)
    {
        using var call = control.ListenBuildHistory(new BuildHistoryRequest { EarlyExit = true });
        var events = new List<BuildHistoryEvent>();
        await foreach (var known in call.ResponseStream.ReadAllAsync())
            events.Add(known);
        return events;
    }
}
