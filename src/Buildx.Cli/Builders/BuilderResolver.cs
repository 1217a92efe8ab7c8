using Buildx.Cli.CommandLine;
using Buildx.Diagnostics;
using Buildx.Drivers.Configuration;
using Buildx.Drivers.Docker;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Builders;

/// <summary>
/// Which builder a command means: <c>--builder</c>, <c>$BUILDX_BUILDER</c>, the one chosen with <c>use</c>, else the
/// <see cref="DefaultBuilder"/>.
/// </summary>
internal static class BuilderResolver
{
    /// <param name="name">Null for what flags, environment and choice say.</param>
    public static async Task<BuilderRecord> ResolveAsync(CliContext context, string? name, CancellationToken cancellationToken)
    {
        using (var transaction = await context.Store.BeginAsync(cancellationToken))
        {
            if (FindChosen(context, transaction, name) is { } chosen)
                return chosen;
        }
        return await context.DefaultBuilder.UseAsync(cancellationToken);
    }

    /// <summary>The one that is in use, for a command that shows which it is.</summary>
    public static async Task<BuilderRecord> FindAsync(CliContext context, CancellationToken cancellationToken)
    {
        using (var transaction = await context.Store.BeginAsync(cancellationToken))
        {
            if (FindChosen(context, transaction, null) is { } chosen)
                return chosen;
        }
        return await context.DefaultBuilder.GetAsync(cancellationToken);
    }

    /// <summary>The one that the flags and the environment name, marked as used now.</summary>
    public static async Task<BuilderRecord> UseAsync(CliContext context, CancellationToken cancellationToken)
    {
        var builder = await ResolveAsync(context, null, cancellationToken);
        if (!builder.IsImplicit)
        {
            using var transaction = await context.Store.BeginAsync(cancellationToken);
            transaction.Touch(builder.Name);
        }
        return builder;
    }

    /// <exception cref="CliException">There is none of that name.</exception>
    public static BuilderRecord Resolve(CliContext context, StoreTransaction transaction, string name)
    {
        if (Find(context, transaction, name) is { } builder)
            return builder;
        var names = transaction.List().Select(known => known.Name).Append(EmbeddedDriver.DefaultBuilder).Distinct().ToList();
        var hint = Suggestion.FindTyped(name, names) is { } near ? $"; did you mean \"{near}\"?" : $" (there are: {string.Join(", ", names)})";
        throw new CliException($"no builder \"{name}\" found{hint}");
    }

    /// <summary>The builder that needs no <c>create</c>, unless somebody created one of that name.</summary>
    public static BuilderRecord Embedded(CliContext context, StoreTransaction transaction) =>
        transaction.Find(EmbeddedDriver.DefaultBuilder)
        ?? EmbeddedDriver.NewDefaultBuilder(context.Store.DefaultBuildkitdConfig is { } config ? BuildkitdConfigFiles.Load(config) : null);

    /// <returns>Null when none was chosen.</returns>
    /// <exception cref="CliException">There is none of the name that was chosen.</exception>
    private static BuilderRecord? FindChosen(CliContext context, StoreTransaction transaction, string? name)
    {
        name ??= context.Flags.Builder;
        if (name is null && Environment.GetEnvironmentVariable("BUILDX_BUILDER") is { Length: > 0 } variable)
            name = variable;
        // "docker build" asks for the Docker context's own builder; what was chosen for our commands holds for it too.
        var isOpen = string.IsNullOrEmpty(name) || name == context.Docker.CurrentContext && context.IsForwardedDockerCommand && transaction.Find(name) is null;
        return isOpen ? transaction.GetCurrent(context.Docker.CurrentEndpoint, other => Find(context, transaction, other)) : Resolve(context, transaction, name!);
    }

    private static BuilderRecord? Find(CliContext context, StoreTransaction transaction, string name) =>
        transaction.Find(name) is { } builder ? builder
        : name == EmbeddedDriver.DefaultBuilder ? Embedded(context, transaction)
        : name == DockerEnvironment.DefaultContext || name == context.Docker.CurrentContext || context.Docker.ReadContexts().ContainsKey(name) ? DockerDriver.BuilderOf(name)
        : null;
}
