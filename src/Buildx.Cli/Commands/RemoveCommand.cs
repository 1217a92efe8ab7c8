using System.CommandLine;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Terminal;
using Buildx.Cli.Values;
using Buildx.Drivers;
using Buildx.Drivers.Docker;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Commands;

internal sealed class RemoveCommand : CliCommand
{
    private readonly Option<bool> _keepState = Flag.Switch("--keep-state", "Keep the build cache for a builder of the same name");
    private readonly Option<bool> _keepDaemon = Flag.Switch("--keep-daemon", "Forget the builder, but leave its engine and its cache alone");
    private readonly Option<bool> _allInactive = Flag.Switch("--all-inactive", "Remove every builder whose engine isn't running");
    private readonly Option<bool> _force = Flag.Switch("--force", "Don't ask", "-f");
    private readonly Option<string?> _timeout = Flag.Timeout();

    public RemoveCommand()
        : base("rm", "Remove builders, with their engines and caches")
    {
        foreach (var option in new Option[] { _keepState, _keepDaemon, _allInactive, _force, _timeout })
            Options.Add(option);
    }

    public override string ArgumentsUsage => "[NAME...]";

    public override int MaximumArguments => int.MaxValue;

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var timeout = invocation.Get(_timeout) is { } text ? DurationText.Parse("--timeout", text) : BuilderState.DefaultTimeout;
        var names = invocation.Arguments;
        if (invocation.Get(_allInactive))
        {
            if (names.Count > 0)
                throw new CliException("--all-inactive removes builders by their state: names can't be given with it");
            if (!invocation.Get(_force) && !Confirmation.Ask(context.Out, "WARNING! This removes every builder that isn't running, with its cache. Continue?"))
                return 0;
            names = await FindInactiveAsync(context, timeout, cancellationToken);
        }
        else if (names.Count == 0)
        {
            names = [(await BuilderResolver.ResolveAsync(context, null, cancellationToken)).Name];
        }
        var failed = 0;
        foreach (var name in names)
        {
            try
            {
                await RemoveAsync(invocation, context, name, cancellationToken);
                await context.Error.WriteLineAsync($"{name} removed");
            }
            catch (Exception e) when (e is CliException or DriverException)
            {
                failed++;
                await context.Error.WriteLineAsync($"failed to remove {name}: {e.Message}");
            }
        }
        return failed == 0 ? 0 : throw new CliException("failed to remove one or more builders");
    }

    private async Task RemoveAsync(CommandInvocation invocation, CliContext context, string name, CancellationToken cancellationToken)
    {
        using var transaction = await context.Store.BeginAsync(cancellationToken);
        var builder = BuilderResolver.Resolve(context, transaction, name);
        if (builder.Driver == DockerDriver.DriverName)
            throw new CliException($"\"{builder.Name}\" is a Docker context's builder and goes with it: docker context rm {builder.Name}");
        DriverException? failure = null;
        foreach (var node in builder.AllNodes.Where(_ => !invocation.Get(_keepDaemon)))
        {
            try
            {
                await context.Drivers.Open(builder, node).RemoveAsync(invocation.Get(_keepState), cancellationToken);
            }
            catch (DriverException e)
            {
                failure = e;
            }
        }
        // Only what was found unusable stays stored when it isn't ours: another Buildx may still know how to end it.
        if (failure is not null && builder.Driver != EmbeddedDriver.DriverName)
            throw failure;
        if (!builder.IsImplicit)
            transaction.Remove(builder.Name);
        if (failure is not null)
            throw failure;
    }

    private static async Task<IReadOnlyList<string>> FindInactiveAsync(CliContext context, TimeSpan timeout, CancellationToken cancellationToken)
    {
        IReadOnlyList<BuilderRecord> builders;
        using (var transaction = await context.Store.BeginAsync(cancellationToken))
            builders = transaction.List();
        var states = await Task.WhenAll(builders.Select(builder => BuilderState.LoadAsync(context, builder, timeout, cancellationToken)));
        return [.. states.Where(state => state.IsInactive).Select(state => state.Builder.Name)];
    }
}
