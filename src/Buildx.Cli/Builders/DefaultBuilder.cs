using Buildx.Drivers;
using Buildx.Drivers.Docker;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Builders;

/// <summary>
/// The builder that is used when none was chosen: that of the current Docker context where a Docker Engine with a BuildKit answers,
/// else <c>embedded</c>. Which, and why, is said once, and again when it changes.
/// </summary>
internal sealed class DefaultBuilder(CliContext context)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // A connection by ssh takes its time.
    private static readonly TimeSpan RemotePatience = TimeSpan.FromSeconds(15);

    private Task<(BuilderRecord Builder, string Reason)>? _found;

    /// <summary>Finds it, and says which it is.</summary>
    public async Task<BuilderRecord> UseAsync(CancellationToken cancellationToken)
    {
        var (builder, reason) = await (_found ??= FindAsync(cancellationToken));
        using var transaction = await context.Store.BeginAsync(cancellationToken);
        var notice = $"using builder \"{builder.Name}\": {reason}";
        if (transaction.Remember(notice))
            await context.Error.WriteLineAsync($"{notice} (to choose another: {context.CommandName} use NAME)");
        return builder;
    }

    /// <summary>Finds it, for a command that shows it anyway.</summary>
    public async Task<BuilderRecord> GetAsync(CancellationToken cancellationToken) => (await (_found ??= FindAsync(cancellationToken))).Builder;

    private async Task<(BuilderRecord Builder, string Reason)> FindAsync(CancellationToken cancellationToken)
    {
        if (await FindProblemAsync(cancellationToken) is not { } problem)
        {
            var name = context.Docker.CurrentContext;
            return (DockerDriver.BuilderOf(name), $"the Docker Engine at {context.Docker.FindEngineHost(name)} has a BuildKit");
        }
        using var transaction = await context.Store.BeginAsync(cancellationToken);
        return (BuilderResolver.Embedded(context, transaction), problem);
    }

    private async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        try
        {
            var host = context.Docker.GetEngine();
            var isLocal = host.Url.StartsWith("unix://", StringComparison.Ordinal);
            return await new DockerApi(host).FindProblemAsync(isLocal ? Patience : RemotePatience, cancellationToken);
        }
        catch (DriverException e)
        {
            return e.Message;
        }
    }
}
