using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

/// <summary>A command on one record of a build, by default the latest.</summary>
internal abstract class HistoryCommand(string name, string summary) : CliCommand(name, summary)
{
    public sealed override string FullName => $"history {Name}";

    public sealed override string ArgumentsUsage => "[REF]";

    public sealed override int MaximumArguments => 1;
}
