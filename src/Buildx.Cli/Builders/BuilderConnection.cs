using Buildx.Client;
using Buildx.Drivers;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Builders;

/// <summary>Gets a builder to answer.</summary>
internal static class BuilderConnection
{
    // An engine that is about to leave, or is killed, may accept a connection that it will not serve.
    private const int Attempts = 3;

    /// <exception cref="CliException">It does not answer.</exception>
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
                throw new CliException($"{Describe(builder, driver)} does not answer: {e.Message}", innerException: e);
            }
            catch (BuildkitUnavailableException)
            {
                await Task.Delay(50 * attempt, cancellationToken);
            }
        }
    }

    private static string Describe(BuilderRecord builder, IDriver driver) =>
        builder.AllNodes.Count == 1 ? $"builder \"{builder.Name}\"" : $"the node at {driver.Endpoint} of builder \"{builder.Name}\"";
}
