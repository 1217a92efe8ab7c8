using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

internal sealed class BuildCommand() : CliCommand("build", "Build an image from a Dockerfile")
{
    public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken) =>
        throw new CliException("the command \"build\" is not supported yet");
}
