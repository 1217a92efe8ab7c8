using Buildx.Engine.Solving;
using Grpc.Core;

namespace Buildx.Engine.Server.Building;

/// <summary>Builds that run, and those that ended a moment ago, so that a watcher who comes late still sees how it went.</summary>
internal sealed class BuildRegistry
{
    private const int RememberedBuilds = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TaskCompletionSource<BuildJob>> _builds = [];
    private readonly Queue<string> _ended = [];

    /// <summary>Builds that have not ended.</summary>
    public int Running { get; private set; }

    /// <exception cref="RpcException">A build of this name exists.</exception>
    public void Add(BuildJob job)
    {
        lock (_lock)
        {
            if (!Slot(job.Reference).TrySetResult(job))
                throw new RpcException(new Status(StatusCode.AlreadyExists, $"build {job.Reference} exists already"));
            Running++;
        }
    }

    public void End(BuildJob job)
    {
        lock (_lock)
        {
            Running--;
            _ended.Enqueue(job.Reference);
            while (_ended.Count > RememberedBuilds)
                _builds.Remove(_ended.Dequeue());
        }
    }

    /// <summary>A build that runs or ended a moment ago; null when there is none.</summary>
    public BuildJob? Find(string reference)
    {
        lock (_lock)
            return _builds.TryGetValue(reference, out var slot) && slot.Task.IsCompletedSuccessfully ? slot.Task.Result : null;
    }

    /// <exception cref="RpcException">No such build came within a few seconds.</exception>
    public async Task<BuildJob> GetAsync(string reference, CancellationToken cancellationToken)
    {
        Task<BuildJob> build;
        lock (_lock)
            build = Slot(reference).Task;
        try
        {
            return await build.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            lock (_lock)
            {
                if (!build.IsCompleted)
                    _builds.Remove(reference);
            }
            throw new RpcException(new Status(StatusCode.NotFound, $"no such job {reference}"));
        }
    }

    private TaskCompletionSource<BuildJob> Slot(string reference)
    {
        if (!_builds.TryGetValue(reference, out var slot))
            _builds[reference] = slot = new TaskCompletionSource<BuildJob>(TaskCreationOptions.RunContinuationsAsynchronously);
        return slot;
    }
}
