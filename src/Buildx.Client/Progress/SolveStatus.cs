using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Explanations;

namespace Buildx.Client.Progress;

/// <summary>News of a build.</summary>
public sealed record SolveStatus
{
    public IReadOnlyList<VertexState> Vertexes { get; init; } = [];

    public IReadOnlyList<TransferState> Statuses { get; init; } = [];

    public IReadOnlyList<LogOutput> Logs { get; init; } = [];

    public IReadOnlyList<BuildWarning> Warnings { get; init; } = [];

    /// <summary>Why steps run, from an engine that tells.</summary>
    public IReadOnlyList<StepWhy> Reasons { get; init; } = [];

    /// <summary>From the wire.</summary>
    public static SolveStatus From(StatusResponse response) => new()
    {
        Vertexes = [.. response.Vertexes.Select(vertex => new VertexState(vertex.Digest, vertex.Name)
        {
            Inputs = [.. vertex.Inputs],
            Started = vertex.Started?.ToDateTimeOffset(),
            Completed = vertex.Completed?.ToDateTimeOffset(),
            IsCached = vertex.Cached,
            Error = vertex.Error,
            Group = vertex.ProgressGroup is { } group ? new ProgressGroup(group.Id, group.Name, group.Weak) : null,
        })],
        Statuses = [.. response.Statuses.Where(status => status.ID != BuildExplanation.StatusId).Select(From)],
        Reasons = [.. response.Statuses.Where(status => status.ID == BuildExplanation.StatusId).Select(StepWhy.TryRead).OfType<StepWhy>()],
        Logs = [.. response.Logs.Select(log => new LogOutput(log.Vertex, (int)log.Stream, log.Msg.Memory, log.Timestamp?.ToDateTimeOffset() ?? default))],
        Warnings = [.. response.Warnings.Select(warning => new BuildWarning(warning.Vertex, warning.Short.ToStringUtf8())
        {
            Level = (int)warning.Level,
            Detail = [.. warning.Detail.Select(line => line.ToStringUtf8())],
            Url = warning.Url,
            Source = warning.Info,
            Ranges = [.. warning.Ranges],
        })],
    };

    private static TransferState From(VertexStatus status) => new(status.ID, status.Vertex)
    {
        Name = status.Name,
        Current = status.Current,
        Total = status.Total,
        Timestamp = status.Timestamp?.ToDateTimeOffset() ?? default,
        Started = status.Started?.ToDateTimeOffset(),
        Completed = status.Completed?.ToDateTimeOffset(),
    };
}
