using Buildx.Client.Explanations;

namespace Buildx.Client.Progress;

/// <summary>A build's steps so far: what the displays show.</summary>
public sealed class BuildStatus
{
    private readonly Dictionary<string, BuildStep> _byDigest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BuildStep> _groups = new(StringComparer.Ordinal);
    private readonly List<BuildStep> _steps = [];

    /// <summary>The steps that have started, in that order.</summary>
    public IReadOnlyList<BuildStep> Steps => _steps;

    /// <summary>When the first step started, by the daemon's clock.</summary>
    public DateTimeOffset? Started { get; private set; }

    public int TotalCount => AllSteps().Count(step => !step.IsHidden);

    public int CompletedCount => AllSteps().Count(step => !step.IsHidden && step.IsCompleted);

    internal HashSet<BuildStep> Changed { get; } = [];

    /// <summary>Whether a display prints every line of a log.</summary>
    internal bool PrintsLogs { get; init; }

    /// <summary>Takes in what is new.</summary>
    public void Apply(SolveStatus status)
    {
        foreach (var vertex in status.Vertexes)
            Apply(vertex);
        foreach (var transfer in status.Statuses)
        {
            if (!_byDigest.TryGetValue(transfer.Vertex, out var step))
                continue;
            step.Apply(transfer);
            Changed.Add(step);
        }
        foreach (var why in status.Reasons)
        {
            if (_byDigest.TryGetValue(why.Vertex, out var step))
                step.Reasons = CauseText.Notable(why.Reason);
        }
        foreach (var warning in status.Warnings)
        {
            if (!_byDigest.TryGetValue(warning.Vertex, out var step))
                continue;
            step.AddWarning(warning);
            Changed.Add(step);
        }
        foreach (var log in status.Logs)
        {
            if (!_byDigest.TryGetValue(log.Vertex, out var step))
                continue;
            step.Log.Append(log, step.LastStart);
            Changed.Add(step);
        }
    }

    private IEnumerable<BuildStep> AllSteps() => _byDigest.Values.Distinct();

    private void Apply(VertexState vertex)
    {
        BuildStep? step;
        if (vertex.Group is { } group)
        {
            if (!_groups.TryGetValue(group.Id, out step))
                _groups[group.Id] = step = new BuildStep(group.Name, isGroup: true, PrintsLogs);
            _byDigest[vertex.Digest] = step;
        }
        else if (!_byDigest.TryGetValue(vertex.Digest, out step))
        {
            _byDigest[vertex.Digest] = step = new BuildStep(vertex.Name, isGroup: false, PrintsLogs);
        }
        var wasShown = step.IsStarted && !step.IsHidden;
        if (!step.Apply(vertex))
            return;
        Started ??= vertex.Started;
        if (step.IsStarted && !step.IsHidden)
        {
            if (!wasShown)
                _steps.Add(step);
            Changed.Add(step);
        }
    }
}
