using Buildx.Cli.CommandLine;
using Buildx.Registry;

namespace Buildx.Cli.Commands;

internal sealed class LogoutCommand() : CliCommand("logout", "Log out of a registry: forget its credentials")
{
    public override string ArgumentsUsage => "[REGISTRY]";

    public override int MaximumArguments => 1;

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var registry = RegistryName.Normalize(invocation.FirstArgument);
        try
        {
            var store = new DockerConfigCredentials(context.Docker.ConfigFile);
            await context.Out.WriteLineAsync(await store.EraseAsync(registry, cancellationToken)
                ? $"Removed login credentials for {registry}"
                : $"Not logged in to {registry}");
            return 0;
        }
        catch (CredentialStoreException e)
        {
            throw new CliException(e.Message, innerException: e);
        }
    }
}
