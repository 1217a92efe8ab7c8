using Buildx.Protocol.ControlApi;

namespace Buildx.Client;

/// <summary>A record of a daemon's cache.</summary>
public sealed record CacheUsage(
    string Id,
    IReadOnlyList<string> Parents,
    string Description,
    string RecordType,
    long Size,
    bool IsMutable,
    bool IsInUse,
    bool IsShared,
    long UsageCount,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt)
{
    internal static CacheUsage From(UsageRecord record)
    {
#pragma warning disable CS0612 // Daemons before 0.10 know only one parent.
        IReadOnlyList<string> parents = record.Parents.Count > 0 ? [.. record.Parents] : record.Parent.Length > 0 ? [record.Parent] : [];
#pragma warning restore CS0612
        return new CacheUsage(
            record.ID,
            parents,
            record.Description,
            record.RecordType,
            record.Size,
            record.Mutable,
            record.InUse,
            record.Shared,
            record.UsageCount,
            record.CreatedAt?.ToDateTimeOffset() ?? default,
            record.LastUsedAt?.ToDateTimeOffset());
    }
}
