using Buildx.Client;
using Buildx.Drivers;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Builders;

/// <summary>Gets a builder to answer.</summary>
internal static class BuilderConnection
{
    // An engine that is about to leave, or is killed, may accept a connection that it will not serve.
    private const int Attempts = 3;

    /// <exception cref="CliException">The builder has several nodes.</exception>
    public static IDriver OpenDriver(CliContext context, BuilderRecord builder) => builder.AllNodes is [var node]
        ? context.Drivers.Open(builder, node)
        : throw new CliException($"builder \"{builder.Name}\" has {builder.AllNodes.Count} nodes; building with several is not supported yet");

    public static async Task<BuildkitClient> ConnectAsync(CliContext context, BuilderRecord builder, IDriver driver, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await driver.StartAsync(context.Note, cancellationToken);
            try
            {
                return await BuildkitClient.ConnectAsync(driver.Connector, cancellationToken);
            }
            catch (BuildkitUnavailableException e) when (attempt >= Attempts)
            {
                throw new CliException($"builder \"{builder.Name}\" does not answer: {e.Message}", innerException: e);
            }
            catch (BuildkitUnavailableException)
            {
                await Task.Delay(50 * attempt, cancellationToken);
            }
        }
    }
}
