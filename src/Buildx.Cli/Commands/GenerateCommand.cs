using Buildx.Cli.CommandLine;
using Buildx.Cli.Documentation;

namespace Buildx.Cli.Commands;

/// <summary>Writes what is made of the command tree: <c>docs/reference</c>, and the man pages of a release.</summary>
internal sealed class GenerateCommand() : CliCommand("generate", "Write the reference or the man pages into a directory: reference DIR, man DIR")
{
    public override string ArgumentsUsage => "reference|man DIR";

    public override int MinimumArguments => 2;

    public override int MaximumArguments => 2;

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var pages = invocation.Arguments[0] switch
        {
            "reference" => ReferencePages.Write(),
            "man" => ManPages.Write(),
            var other => throw new CliException($"there is no \"{other}\" to generate (want reference or man)"),
        };
        var directory = Directory.CreateDirectory(invocation.Arguments[1]).FullName;
        foreach (var (name, text) in pages)
            await File.WriteAllTextAsync(Path.Combine(directory, name), text, cancellationToken);
        return 0;
    }
}
