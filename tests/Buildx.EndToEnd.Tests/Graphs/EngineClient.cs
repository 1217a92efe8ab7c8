using Buildx.Client;

namespace Buildx.EndToEnd.Tests.Graphs;

/// <summary>The engine of a place, spoken to by a client of its own and not by the command line.</summary>
internal static class EngineClient
{
    public static async Task<BuildkitClient> ConnectAsync(Workplace place)
    {
        await place.BuildxAsync("inspect", "--bootstrap", "test");
        return await BuildkitClient.ConnectAsync($"unix://{place.Path}/run/test/buildkitd.sock", TestContext.Current.CancellationToken);
    }
}
