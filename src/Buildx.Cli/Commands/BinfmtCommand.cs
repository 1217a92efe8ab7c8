using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

internal sealed class BinfmtCommand() : CliCommand("binfmt", "Show which platforms run here; install and remove emulators")
{
    public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken) =>
        throw new CliException("the command \"binfmt\" is not supported yet");
}
