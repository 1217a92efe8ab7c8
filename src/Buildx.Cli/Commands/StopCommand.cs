using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

internal sealed class StopCommand() : CliCommand("stop", "Stop a builder's engine; its cache stays, and the next build starts it again")
{
    public override string ArgumentsUsage => "[NAME]";

    public override int MaximumArguments => 1;

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var builder = await BuilderResolver.ResolveAsync(context, invocation.FirstArgument, cancellationToken);
        foreach (var node in builder.AllNodes)
            await context.Drivers.Open(builder, node).StopAsync(cancellationToken);
        return 0;
    }
}
