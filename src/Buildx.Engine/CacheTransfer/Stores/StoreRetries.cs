using System.Net;

namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>What is tried again, when and how often.</summary>
/// <param name="attempts">At most, the first included.</param>
/// <param name="longest">No attempt begins later than this after the first.</param>
/// <param name="together">When the store asks one request to slow down, all others wait too.</param>
internal sealed class StoreRetries(int attempts, TimeSpan longest, bool together)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaximumDelay = TimeSpan.FromSeconds(20);

    private long _notBefore;

    /// <summary>Waits while the store has asked to be left alone.</summary>
    public async Task WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (together && Interlocked.Read(ref _notBefore) - time.GetTimestamp() is > 0 and var ticks)
            await Task.Delay(TimeSpan.FromSeconds((double)ticks / time.TimestampFrequency), time, cancellationToken);
    }

    /// <returns>False when it is to be given up.</returns>
    public async Task<bool> DelayAsync(int attempt, TimeSpan elapsed, HttpStatusCode? status, TimeSpan? wanted, TimeProvider time, CancellationToken cancellationToken)
    {
        if (attempt >= attempts)
            return false;
        // Doubles, with some chance in it so that many clients do not come back together.
        var delay = First * Math.Pow(2, Math.Min(attempt, 10) - 1) * (0.75 + (0.5 * Random.Shared.NextDouble()));
        delay = wanted > delay ? wanted.Value : delay > MaximumDelay ? MaximumDelay : delay;
        if (elapsed + delay > longest)
            return false;
        if (together && status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
            Interlocked.Exchange(ref _notBefore, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
        await Task.Delay(delay, time, cancellationToken);
        return true;
    }
}
