using Buildx.Engine.Server;
using Buildx.Engine.Sources.Image;

namespace Buildx.Engine.Solving;

/// <summary>The builds that wait for a piece of work: whose sessions it may use, and what they are entitled to.</summary>
internal sealed class BuildContext
{
    private readonly Lock _lock = new();
    private readonly List<BuildJob> _jobs = [];
    private readonly List<BuildContext> _included = [];

    /// <summary>One build alone.</summary>
    public static BuildContext For(BuildJob job)
    {
        var context = new BuildContext();
        context.Join(job);
        return context;
    }

    public void Join(BuildJob job)
    {
        lock (_lock)
        {
            if (!_jobs.Contains(job))
                _jobs.Add(job);
        }
    }

    /// <summary>Whoever waits for the other work, now or later, waits for this too.</summary>
    public void Include(BuildContext other)
    {
        lock (_lock)
            _included.Add(other);
    }

    /// <summary>A session of somebody who still waits; null when nobody has one.</summary>
    public ISession? Session => Sessions.FirstOrDefault(session => !session.Closed.IsCancellationRequested);

    public IEnumerable<ISession> Sessions => Jobs.Select(job => job.Session).OfType<ISession>();

    /// <summary>The session that a graph names: of one of the builds, or one that is there for several.</summary>
    public ISession? FindSession(string? id) => string.IsNullOrEmpty(id) ? null
        : Sessions.FirstOrDefault(session => session.Id == id) ?? Jobs.Select(job => job.FindSession(id)).FirstOrDefault(session => session is not null);

    /// <summary>As <see cref="FindSession"/>, but one that is about to connect is waited for.</summary>
    public async Task<ISession?> FindSessionAsync(string? id, CancellationToken cancellationToken) =>
        FindSession(id) ?? (string.IsNullOrEmpty(id) || Jobs is not [var job, ..] ? null : await job.FindSessionAsync(id, cancellationToken));

    public IReadOnlyList<BuildJob> Jobs
    {
        get
        {
            lock (_lock)
                return [.. _jobs.Concat(_included.SelectMany(other => other.Jobs)).Distinct()];
        }
    }

    /// <exception cref="InvalidOperationException">No client is there any more that could provide it.</exception>
    public ISession RequireSession(string what) =>
        Session ?? throw new InvalidOperationException($"{what} needs the client's session, but there is none: the client left or sent none");

    /// <summary>What was learnt about images in this build, so that a tag means one image throughout.</summary>
    public ResolvedTags Tags => Jobs[0].Tags;
}
