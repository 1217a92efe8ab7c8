using Buildx.Cli.Builders;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.History;

/// <summary>A build that a node remembers.</summary>
/// <param name="Now">The node's clock.</param>
internal sealed record BuildRecord(string Builder, BuilderNode Node, BuildHistoryRecord Record, DateTimeOffset Now)
{
    public string FullName => $"{Builder}/{Node.Name}/{Record.Ref}";

    public DateTimeOffset CreatedAt { get; } = Record.CreatedAt?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch;

    public DateTimeOffset? CompletedAt { get; } = Record.CompletedAt?.ToDateTimeOffset();

    public TimeSpan Duration => (CompletedAt ?? Now) - CreatedAt;

    /// <summary>As Buildx prints it: <c>1.5s</c>, <c>2m  5s</c>.</summary>
    public string DurationText => Duration < TimeSpan.FromMinutes(1)
        ? FormattableString.Invariant($"{Duration.TotalSeconds:0.0}s")
        : FormattableString.Invariant($"{(int)Duration.TotalMinutes}m {Duration.Seconds,2}s");
}
