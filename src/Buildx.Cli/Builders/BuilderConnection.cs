using Buildx.Client;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Builders;

/// <summary>Gets a builder to answer.</summary>
internal static class BuilderConnection
{
    // An engine that is about to leave, or is killed, may accept a connection that it will not serve.
    private const int Attempts = 3;

    public static async Task<BuildkitClient> ConnectAsync(CliContext context, BuilderRecord builder, CancellationToken cancellationToken)
    {
        if (builder.AllNodes is not [var node])
            throw new CliException($"builder \"{builder.Name}\" has {builder.AllNodes.Count} nodes; building with several is not supported yet");
        var driver = context.Drivers.Open(builder, node);
        for (var attempt = 1; ; attempt++)
        {
            await driver.StartAsync(cancellationToken);
            try
            {
                return await BuildkitClient.ConnectAsync(driver.Endpoint, cancellationToken);
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
