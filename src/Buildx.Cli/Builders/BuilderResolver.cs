using Buildx.Cli.CommandLine;
using Buildx.Diagnostics;
using Buildx.Drivers.Configuration;
using Buildx.Drivers.Docker;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Builders;

/// <summary>Which builder a command means: <c>--builder</c>, <c>$BUILDX_BUILDER</c>, the one chosen with <c>use</c>, else <c>embedded</c>.</summary>
internal static class BuilderResolver
{
    public static async Task<BuilderRecord> ResolveAsync(CliContext context, string? name, CancellationToken cancellationToken)
    {
        using var transaction = await context.Store.BeginAsync(cancellationToken);
        return Resolve(context, transaction, name);
    }

    /// <summary>The one that the flags and the environment name, marked as used now.</summary>
    public static async Task<BuilderRecord> UseAsync(CliContext context, CancellationToken cancellationToken)
    {
        using var transaction = await context.Store.BeginAsync(cancellationToken);
        var builder = Resolve(context, transaction, null);
        if (!builder.IsImplicit)
            transaction.Touch(builder.Name);
        return builder;
    }

    public static BuilderRecord Resolve(CliContext context, StoreTransaction transaction, string? name)
    {
        name ??= context.Flags.Builder;
        if (name is null && Environment.GetEnvironmentVariable("BUILDX_BUILDER") is { Length: > 0 } variable)
            name = variable;
        if (string.IsNullOrEmpty(name))
            return transaction.GetCurrent(context.Docker.CurrentEndpoint) ?? Default(context, transaction);
        if (transaction.Find(name) is { } builder)
            return builder;
        if (name == EmbeddedDriver.DefaultBuilder)
            return Default(context, transaction);
        if (name == context.Docker.CurrentContext && context.IsForwardedDockerCommand)
        {
            // "docker build" asks for the Docker context's own builder. Ours does the work, and loads the image into Docker.
            return transaction.GetCurrent(context.Docker.CurrentEndpoint) ?? Default(context, transaction);
        }
        if (name == DockerEnvironment.DefaultContext || name == context.Docker.CurrentContext || context.Docker.ReadContexts().ContainsKey(name))
            return DockerDriver.BuilderOf(name);
        var names = transaction.List().Select(known => known.Name).Append(EmbeddedDriver.DefaultBuilder).Distinct().ToList();
        var hint = Suggestion.FindTyped(name, names) is { } near ? $"; did you mean \"{near}\"?" : $" (there are: {string.Join(", ", names)})";
        throw new CliException($"no builder \"{name}\" found{hint}");
    }

    /// <summary>The builder that needs no <c>create</c>, unless somebody created one of that name.</summary>
    public static BuilderRecord Default(CliContext context, StoreTransaction transaction) =>
        transaction.Find(EmbeddedDriver.DefaultBuilder)
        ?? EmbeddedDriver.NewDefaultBuilder(context.Store.DefaultBuildkitdConfig is { } config ? BuildkitdConfigFiles.Load(config) : null);
}
