namespace Buildx.Engine.Server.Configuration;

/// <summary>Which build records stay: a record goes when it is older than the one and not among the newest of the other.</summary>
internal sealed record HistoryLimits(TimeSpan MaximumAge, int MaximumEntries)
{
    public static HistoryLimits Default { get; } = new(TimeSpan.FromHours(48), 50);
}
