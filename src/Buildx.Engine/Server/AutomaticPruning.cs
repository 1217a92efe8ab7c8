using Buildx.Engine.Storage;

namespace Buildx.Engine.Server;

/// <summary>Applies the policies a moment after builds ended.</summary>
internal static class AutomaticPruning
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <returns>Null when there are no policies.</returns>
    public static AfterBuilds? Start(IStorage storage, IReadOnlyList<PrunePolicy> policies, EngineActivity activity, TimeProvider time) =>
        policies.Count == 0 ? null : new AfterBuilds(activity, cancellationToken => RunAsync(storage, policies, time, cancellationToken));

    private static async Task RunAsync(IStorage storage, IReadOnlyList<PrunePolicy> policies, TimeProvider time, CancellationToken cancellationToken)
    {
        await Task.Delay(Delay, time, cancellationToken);
        try
        {
            await storage.PruneAsync(policies, _ => { }, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The next build's end tries again; a build never fails for it.
            await Console.Error.WriteLineAsync($"garbage collection failed: {e.Message}");
        }
    }
}
