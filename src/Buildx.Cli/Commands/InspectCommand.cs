using System.CommandLine;
using System.Globalization;
using System.Text;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Terminal;
using Buildx.Cli.Values;
using Buildx.Protocol.Types;

namespace Buildx.Cli.Commands;

internal sealed class InspectCommand : CliCommand
{
    private readonly Option<bool> _bootstrap = Flag.Switch("--bootstrap", "Start the builder's engine first");
    private readonly Option<string?> _timeout = Flag.Timeout();

    public InspectCommand()
        : base("inspect", "Show a builder's nodes, platforms and settings")
    {
        Options.Add(_bootstrap);
        Options.Add(_timeout);
    }

    public override string ArgumentsUsage => "[NAME]";

    public override int MaximumArguments => 1;

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var timeout = invocation.Get(_timeout) is { } text ? DurationText.Parse("--timeout", text) : BuilderState.DefaultTimeout;
        var builder = await BuilderResolver.ResolveAsync(context, invocation.FirstArgument, cancellationToken);
        if (invocation.Get(_bootstrap))
        {
            foreach (var node in builder.AllNodes)
                await context.Drivers.Open(builder, node).StartAsync(context.Note, cancellationToken);
        }
        Write(context.Out, await BuilderState.LoadAsync(context, builder, timeout, cancellationToken));
        return 0;
    }

    private static void Write(TextWriter output, BuilderState state)
    {
        var head = new Table(1);
        head.Add("Name:", state.Builder.Name);
        head.Add("Driver:", state.Builder.Driver);
        if (state.Builder.LastActivity is { } activity)
            head.Add("Last Activity:", activity.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss '+0000 UTC'", CultureInfo.InvariantCulture));
        if (state.Error is not null)
            head.Add("Error:", state.Error);
        head.Write(output);
        if (state.Error is not null)
            return;
        output.WriteLine();
        output.WriteLine("Nodes:");
        for (var i = 0; i < state.Nodes.Count; i++)
        {
            if (i > 0)
                output.WriteLine();
            Write(output, state.Nodes[i]);
        }
    }

    private static void Write(TextWriter output, NodeState node)
    {
        var table = new Table(1);
        table.Add("Name:", node.Node.Name);
        table.Add("Endpoint:", node.Endpoint);
        if (node.Node.DriverOpts is { Count: > 0 } options)
            table.Add("Driver Options:", string.Join(' ', options.Select(option => $"{option.Key}=\"{option.Value}\"")));
        if (node.Error is not null)
            table.Add("Error:", node.Error);
        else
            table.Add("Status:", node.StatusText);
        if (node.Node.BuildkitdFlags is { Count: > 0 } flags)
            table.Add("BuildKit daemon flags:", string.Join(' ', flags));
        if (node.Version.Length > 0)
            table.Add("BuildKit version:", node.Version);
        if (node.FormatPlatforms() is { Count: > 0 } platforms)
            table.Add("Platforms:", string.Join(", ", platforms));
        table.Write(output);
        if (node.Workers.Count > 0)
            Write(output, node.Workers[0]);
        foreach (var (path, content) in node.Node.Files ?? [])
        {
            output.WriteLine($"File#{path}:");
            foreach (var line in Encoding.UTF8.GetString(content).TrimEnd('\n').Split('\n'))
                output.WriteLine(" > " + line);
        }
    }

    private static void Write(TextWriter output, WorkerRecord worker)
    {
        if (worker.Labels.Count > 0)
        {
            output.WriteLine("Labels:");
            var labels = new Table(1);
            foreach (var (name, value) in worker.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
                labels.Add($" {name}:", value);
            labels.Write(output);
        }
        if (worker.CDIDevices.Count > 0)
        {
            output.WriteLine("Devices:");
            var devices = new Table(1);
            foreach (var device in worker.CDIDevices)
            {
                devices.Add(" Name:", device.Name);
                if (device.OnDemand)
                    devices.Add(" On-Demand:", "true");
                else
                    devices.Add(" Automatically allowed:", device.AutoAllow ? "true" : "false");
                foreach (var (name, value) in device.Annotations.OrderBy(annotation => annotation.Key, StringComparer.Ordinal))
                    devices.Add($"  {name}:", value);
            }
            devices.Write(output);
        }
        for (var i = 0; i < worker.GCPolicy.Count; i++)
        {
            var rule = worker.GCPolicy[i];
            output.WriteLine($"GC Policy rule#{i}:");
            var table = new Table(1);
            table.Add(" All:", rule.All ? "true" : "false");
            if (rule.Filters.Count > 0)
                table.Add(" Filters:", string.Join(' ', rule.Filters));
            if (rule.KeepDuration > 0)
                table.Add(" Keep Duration:", DurationText.Format(TimeSpan.FromTicks(rule.KeepDuration / 100)));
            if (rule.ReservedSpace > 0)
                table.Add(" Reserved Space:", ByteSize.FormatBinary(rule.ReservedSpace));
            if (rule.MaxUsedSpace > 0)
                table.Add(" Max Used Space:", ByteSize.FormatBinary(rule.MaxUsedSpace));
            if (rule.MinFreeSpace > 0)
                table.Add(" Min Free Space:", ByteSize.FormatBinary(rule.MinFreeSpace));
            table.Write(output);
        }
    }
}
