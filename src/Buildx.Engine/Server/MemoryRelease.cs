using Buildx.Linux.Processes;

namespace Buildx.Engine.Server;

/// <summary>
/// Gives memory back to the system when the engine has had nothing to do for a while: what builds needed at their peak would
/// otherwise stay with an engine that waits for days.
/// </summary>
internal static class MemoryRelease
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static AfterBuilds Start(EngineActivity activity, TimeProvider time) => new(activity, async cancellationToken =>
    {
        while (activity.IdleTime is var idle && idle < Patience)
            await Task.Delay(Patience - idle, time, cancellationToken);
        Run();
    });

    public static void Run()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // Objects that only their finalizers kept go with the second.
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }
}
