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
            var instances = await driver.FindInstancesAsync(cancellationToken);
            foreach (var connector in instances.Count == 0 ? [driver.Connector] : instances.Select(instance => instance.Connector))
            {
                await using var connection = new EngineConnection(connector);
                yield return connection;
            }
        }
    }
}
