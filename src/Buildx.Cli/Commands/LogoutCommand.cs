using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

internal sealed class LogoutCommand() : CliCommand("logout", "Log out of a registry")
{
    public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken) =>
        throw new CliException("the command \"logout\" is not supported yet");
}
