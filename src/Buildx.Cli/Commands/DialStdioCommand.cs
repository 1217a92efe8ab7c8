using System.CommandLine;
using Buildx.Cli.Builders;
using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Connections;
using Buildx.Cli.Values;

namespace Buildx.Cli.Commands;

internal sealed class DialStdioCommand : CliCommand
{
    private readonly Option<string?> _platform = Flag.Text("--platform", "Of several nodes, the one that builds this platform", "PLATFORM");
    private readonly Option<string?> _progress = Flag.Text("--progress", "Anything but none (the default) tells on standard error which node is reached", "MODE");

    public DialStdioCommand()
        : base("dial-stdio", "Join standard input and output with a builder's BuildKit, for other clients")
    {
        Options.Add(_platform);
        Options.Add(_progress);
    }

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var progress = BuildProgress.CheckMode(invocation.Get(_progress) ?? "none");
        var platforms = PlatformList.Parse(invocation.Get(_platform) is { } platform ? [platform] : []);
        var builder = await BuilderResolver.UseAsync(context, cancellationToken);
        await using var nodes = BuilderNodes.Open(context, builder, Directory.GetCurrentDirectory());
        var node = (await nodes.ShareAsync(platforms, cancellationToken))[0].Node;
        Action<string> report = progress is "none" or "quiet" ? _ => { } : context.Note;
        await node.Driver.StartAsync(report, cancellationToken);
        report($"reaching node \"{node.Name}\" of builder \"{builder.Name}\" at {node.Driver.Endpoint}");
        await using var connection = await node.Driver.Connector.ConnectAsync(cancellationToken);
        await StandardStreams.JoinAsync(connection, cancellationToken);
        return 0;
    }
}
