using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

internal sealed class LoginCommand() : CliCommand("login", "Log in to a registry")
{
    public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken) =>
        throw new CliException("the command \"login\" is not supported yet");
}
