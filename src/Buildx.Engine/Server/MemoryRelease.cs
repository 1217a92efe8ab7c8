using Buildx.Linux.Processes;

namespace Buildx.Engine.Server;

/// <summary>
/// Gives memory back to the system when the engine has had nothing to do for a while: what builds needed at their peak would
/// otherwise stay with an engine that waits for days.
/// </summary>
internal static class MemoryRelease
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Where the processor's cache is large, the collector waits for hundreds of megabytes; what a build leaves is garbage as a whole.
    private const long MuchGarbage = 48 << 20;

    public static AfterBuilds Start(EngineActivity activity, TimeProvider time) => new(activity, async cancellationToken =>
    {
        while (activity.IdleTime is var idle && idle < Patience)
            await Task.Delay(Patience - idle, time, cancellationToken);
        Run();
    });

    /// <summary>Collects what a build has left behind, if that is much and no other build would have to wait for it.</summary>
    public static AfterBuilds StartCollecting(EngineActivity activity, TimeProvider time) => new(activity, async cancellationToken =>
    {
        // The client has its answer first.
        await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        if (activity.IdleTime > TimeSpan.Zero && GC.GetTotalMemory(forceFullCollection: false) > MuchGarbage)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
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
