namespace Buildx.Client.Progress;

/// <summary>A step as it is shown: a vertex, or a group of them.</summary>
public sealed class BuildStep
{
    private readonly bool _isGroup;
    private readonly Dictionary<string, VertexState> _vertices = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Digest, DateTimeOffset Start), Interval> _intervals = [];
    private readonly List<TransferState> _transfers = [];
    private readonly List<BuildWarning> _warnings = [];

    internal BuildStep(string name, bool isGroup, bool isLogPrinted)
    {
        (Name, _isGroup, IsHidden) = (name, isGroup, isGroup);
        Log = new StepLog { IsPrinted = isLogPrinted };
    }

    public string Name { get; private set; }

    public bool IsStarted => _intervals.Count > 0;

    public bool IsCompleted => IsStarted && _intervals.Values.All(interval => interval.Stop is not null);

    public bool IsCached { get; private set; }

    public bool IsCancelled { get; private set; }

    public string Error { get; private set; } = "";

    public IReadOnlyList<TransferState> Transfers => _transfers;

    public IReadOnlyList<BuildWarning> Warnings => _warnings;

    /// <summary>What has changed since the step was done before, where the engine tells.</summary>
    public IReadOnlyList<string> Reasons { get; internal set; } = [];

    public StepLog Log { get; }

    /// <summary>A group of only weak members, which is not shown.</summary>
    internal bool IsHidden { get; private set; }

    internal DateTimeOffset? LastStart { get; private set; }

    internal DateTimeOffset? LastStop => _intervals.Values.Max(interval => interval.Stop);

    /// <summary>Transfers that changed since they were printed, and what else a display remembers about the step.</summary>
    internal HashSet<string> ChangedTransfers { get; } = new(StringComparer.Ordinal);

    internal int Index { get; set; }

    internal int PrintedWarnings { get; set; }

    internal bool AreReasonsPrinted { get; set; }

    public TimeSpan GetDuration(DateTimeOffset now) => Interval.Sum(_intervals.Values, now);

    /// <summary>Whether the vertex changed what is shown.</summary>
    internal bool Apply(VertexState vertex)
    {
        // The graph is announced once more, without times, when a frontend hands it over.
        if (vertex.Started is null && IsStarted && !_isGroup)
            return false;
        if (_vertices.TryGetValue(vertex.Digest, out var before) && before with { Inputs = vertex.Inputs } == vertex)
            return false;
        _vertices[vertex.Digest] = vertex;
        if (!_isGroup)
            Name = vertex.Name;
        if (vertex.Started is { } started)
        {
            _intervals[(vertex.Digest, started)] = new Interval(started, vertex.Completed);
            if (LastStart is null || started > LastStart)
                LastStart = started;
            if (vertex.Group is not { IsWeak: true })
                IsHidden = false;
        }
        IsCached = _vertices.Values.All(member => member.IsCached);
        var failed = _vertices.Values.FirstOrDefault(member => member.Error.Length > 0);
        Error = failed?.Error ?? "";
        IsCancelled = failed is { IsCancelled: true };
        if (Error.Length > 0)
            IsHidden = false;
        return vertex.Started is not null;
    }

    internal void Apply(TransferState transfer)
    {
        var index = _transfers.FindIndex(other => other.Id == transfer.Id);
        if (index >= 0)
            _transfers[index] = transfer;
        else
            _transfers.Add(transfer);
        ChangedTransfers.Add(transfer.Id);
    }

    internal void AddWarning(BuildWarning warning) => _warnings.Add(warning);
}
