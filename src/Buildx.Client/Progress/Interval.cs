namespace Buildx.Client.Progress;

/// <summary>A time in which a step ran; without an end it still does.</summary>
internal readonly record struct Interval(DateTimeOffset Start, DateTimeOffset? Stop)
{
    /// <summary>The time covered by all together, overlaps counted once.</summary>
    public static TimeSpan Sum(IEnumerable<Interval> intervals, DateTimeOffset now)
    {
        var sum = TimeSpan.Zero;
        var end = DateTimeOffset.MinValue;
        foreach (var interval in intervals.OrderBy(interval => interval.Start))
        {
            var stop = interval.Stop ?? now;
            var start = interval.Start > end ? interval.Start : end;
            if (stop > start)
                sum += stop - start;
            if (stop > end)
                end = stop;
        }
        return sum;
    }
}
