using System.CommandLine;

namespace Buildx.Cli.CommandLine;

/// <summary>One command with its flags. Made only when it is the one that runs, or when its help is shown.</summary>
internal abstract class CliCommand : Command
{
    private readonly Option<string?> _builder = Flag.Text("--builder", "Use this builder instead of the current one", "NAME");
    private readonly Option<bool> _debug = Flag.Switch("--debug", "Show more about what happens and about errors", "-D");
    private readonly List<UnsupportedFlag> _unsupported = [];

    protected CliCommand(string name, string summary)
        : base(name, summary)
    {
        Options.Add(_builder);
        Options.Add(_debug);
    }

    /// <summary>With the group it is in, e.g. <c>imagetools create</c>.</summary>
    public virtual string FullName => Name;

    /// <summary>What follows the command's name in the usage line.</summary>
    public virtual string ArgumentsUsage => "";

    public virtual int MinimumArguments => 0;

    public virtual int MaximumArguments => 0;

    /// <summary>Command lines for the help text, each with what it does.</summary>
    public virtual IReadOnlyList<(string Arguments, string Effect)> Examples => [];

    /// <summary>The flags that people see, in their order.</summary>
    public IEnumerable<Option> ShownOptions => Options.Where(option => !option.Hidden).OrderBy(option => option.Name, StringComparer.Ordinal);

    public abstract Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken);

    public GlobalFlags ReadGlobalFlags(CommandInvocation invocation, GlobalFlags before) => before with
    {
        Builder = invocation.Get(_builder) ?? before.Builder,
        Debug = before.Debug || invocation.Get(_debug),
    };

    /// <summary>Known, but not working yet: using it is an error that names the flag.</summary>
    protected void AddUnsupported(string name, string description, string? valueName = null, params string[] aliases)
    {
        Option option = valueName is null ? Flag.Switch(name, description, aliases) : Flag.List(name, description, valueName, aliases);
        Options.Add(option);
        _unsupported.Add(new UnsupportedFlag(option));
    }

    /// <exception cref="CliException">A flag that isn't working yet was given.</exception>
    public void RefuseUnsupported(CommandInvocation invocation)
    {
        foreach (var flag in _unsupported)
        {
            if (flag.IsUsedIn(invocation))
                throw new CliException($"{flag.Option.Name} is not supported yet");
        }
    }
}
