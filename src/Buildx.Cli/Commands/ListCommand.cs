using System.CommandLine;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Terminal;
using Buildx.Cli.Values;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Commands;

internal sealed class ListCommand : CliCommand
{
    private readonly Option<string?> _format = Flag.Text("--format", "table (default) or json", "FORMAT");
    private readonly Option<bool> _noTruncate = Flag.Switch("--no-trunc", "Show all platforms");
    private readonly Option<string?> _timeout = Flag.Timeout();

    public ListCommand()
        : base("ls", "List builders")
    {
        Options.Add(_format);
        Options.Add(_noTruncate);
        Options.Add(_timeout);
    }

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var format = invocation.Get(_format) ?? "table";
        if (format is not ("table" or "json"))
            throw new CliException($"--format: \"{format}\" is not supported yet (want table or json)");
        var timeout = invocation.Get(_timeout) is { } text ? DurationText.Parse("--timeout", text) : BuilderState.DefaultTimeout;
        IReadOnlyList<BuilderRecord> builders;
        using (var transaction = await context.Store.BeginAsync(cancellationToken))
            builders = BuilderState.ListAll(context, transaction);
        var current = await FindCurrentAsync(context, cancellationToken);
        var states = await Task.WhenAll(builders.Select(builder => BuilderState.LoadAsync(context, builder, timeout, cancellationToken)));
        var ordered = states.OrderBy(state => state.Error is not null).ToList();
        if (format == "json")
        {
            foreach (var state in ordered)
                await context.Out.WriteLineAsync(BuilderJson.Write(state, state.Builder.Name == current));
            return 0;
        }
        WriteTable(context.Out, ordered, current, truncate: !invocation.Get(_noTruncate));
        WriteErrors(context.Error, ordered);
        return 0;
    }

    private static async Task<string> FindCurrentAsync(CliContext context, CancellationToken cancellationToken)
    {
        try
        {
            return (await BuilderResolver.FindAsync(context, cancellationToken)).Name;
        }
        catch (CliException)
        {
            // A builder that is chosen but can't be used: the list still helps.
            return (await context.DefaultBuilder.GetAsync(cancellationToken)).Name;
        }
    }

    private static void WriteTable(TextWriter output, IReadOnlyList<BuilderState> states, string current, bool truncate)
    {
        var table = new Table();
        table.Add("NAME/NODE", "DRIVER/ENDPOINT", "STATUS", "BUILDKIT", "PLATFORMS");
        foreach (var state in states)
        {
            var mark = state.Builder.Name == current ? "*" : "";
            table.Add(state.Builder.Name + mark, state.Builder.Driver, state.Error is null ? "" : "error", "", "");
            if (state.Error is not null)
                continue;
            foreach (var node in state.Nodes)
            {
                var platforms = node.FormatPlatforms();
                table.Add($" \\_ {node.Node.Name}", $" \\_ {node.Endpoint}", node.StatusText, node.Version,
                    truncate ? PlatformSummary.Write(platforms, 4) : string.Join(", ", platforms));
            }
        }
        table.Write(output);
    }

    private static void WriteErrors(TextWriter error, IReadOnlyList<BuilderState> states)
    {
        foreach (var state in states)
        {
            if (state.Error is not null)
                error.WriteLine($"Cannot load builder {state.Builder.Name}: {state.Error}");
            else
            {
                foreach (var node in state.Nodes.Where(node => node.Error is not null))
                    error.WriteLine($"Failed to get status for {state.Builder.Name} ({node.Node.Name}): {node.Error}");
            }
        }
    }
}
