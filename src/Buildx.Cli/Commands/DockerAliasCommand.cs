using System.Text.Json.Nodes;
using Buildx.Cli.CommandLine;
using Buildx.Registry;

namespace Buildx.Cli.Commands;

/// <summary><c>install</c> and <c>uninstall</c>: whether <c>docker builder</c> is this program. Docker has given both up; they are there for old scripts.</summary>
internal sealed class DockerAliasCommand(bool installs) : CliCommand(
    installs ? "install" : "uninstall", installs ? "Make \"docker builder\" another name of \"docker buildx\"" : "Undo what install did")
{
    private const string Key = "aliases";
    private const string Alias = "builder";

    public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        context.Warn($"{Name} is deprecated: use \"docker buildx\" itself, which needs no other name");
        try
        {
            new DockerConfigFile(context.Docker.ConfigFile).Update(Change);
        }
        catch (CredentialStoreException e)
        {
            throw new CliException(e.Message, innerException: e);
        }
        return Task.FromResult(0);
    }

    private void Change(JsonObject configuration)
    {
        var aliases = configuration[Key] as JsonObject ?? [];
        configuration.Remove(Key);
        aliases.Remove(Alias);
        if (installs)
            aliases[Alias] = "buildx";
        if (aliases.Count > 0)
            configuration[Key] = aliases;
    }
}
