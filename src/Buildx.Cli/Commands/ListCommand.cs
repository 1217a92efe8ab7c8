using System.CommandLine;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Values;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Commands;

internal sealed class ListCommand : CliCommand
{
    private const string TableFormat = "table {{.Name}}\t{{.DriverEndpoint}}\t{{.Status}}\t{{.Buildkit}}\t{{.Platforms}}";

    private readonly Option<string?> _format = Flag.Text("--format", "table (default), json, or a Go template, e.g. '{{.Name}}' or 'table {{.Name}}\\t{{.Status}}'", "FORMAT");
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
        var template = BuilderRows.Parse(format == "table" ? TableFormat : format);
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
        template.Write(context.Out, BuilderRows.Make(ordered, current, template.IsTable, truncate: !invocation.Get(_noTruncate)));
        if (template.IsTable)
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
