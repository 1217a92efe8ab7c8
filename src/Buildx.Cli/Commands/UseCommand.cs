using System.CommandLine;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Drivers.Embedded;

namespace Buildx.Cli.Commands;

internal sealed class UseCommand : CliCommand
{
    private readonly Option<bool> _global = Flag.Switch("--global", "The choice holds for every Docker context");
    private readonly Option<bool> _default = Flag.Switch("--default", "Come back to this builder whenever this Docker context is used");

    public UseCommand()
        : base("use", "Choose the builder for the next commands")
    {
        Options.Add(_global);
        Options.Add(_default);
    }

    public override string ArgumentsUsage => "NAME";

    public override int MaximumArguments => 1;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("use fast", "build with the builder \"fast\" from now on"),
        ($"use {EmbeddedDriver.DefaultBuilder}", "build with the engine that is part of buildx"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var name = invocation.FirstArgument ?? context.Flags.Builder ?? throw new CliException("which builder? Usage: buildx use NAME");
        using var transaction = await context.Store.BeginAsync(cancellationToken);
        var builder = BuilderResolver.Resolve(context, transaction, name);
        // The Docker context's own builder is in use when none is chosen; so it is stored as Docker Buildx stores it.
        var isDefault = builder.IsImplicit && builder.Name == context.Docker.CurrentContext;
        transaction.SetCurrent(context.Docker.CurrentEndpoint, isDefault ? "" : builder.Name, invocation.Get(_global), invocation.Get(_default) && !isDefault);
        return 0;
    }
}
