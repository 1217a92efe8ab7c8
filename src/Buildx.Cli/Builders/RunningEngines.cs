using System.Runtime.CompilerServices;

namespace Buildx.Cli.Builders;

/// <summary>Connections to all nodes of the chosen builder, started if need be.</summary>
internal static class RunningEngines
{
    public static async IAsyncEnumerable<EngineConnection> ConnectAsync(CliContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var builder = await BuilderResolver.ResolveAsync(context, null, cancellationToken);
        foreach (var node in builder.AllNodes)
        {
            var driver = context.Drivers.Open(builder, node);
            await driver.StartAsync(context.Note, cancellationToken);
            await using var connection = new EngineConnection(driver.Connector);
            yield return connection;
        }
    }
}
