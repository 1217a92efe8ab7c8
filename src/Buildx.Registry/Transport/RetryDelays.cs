using System.Net;

namespace Buildx.Registry;

/// <summary>What is tried again, and when.</summary>
public static class RetryDelays
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    /// <summary>A registry that wants us to wait for longer is not waited for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public static bool IsTemporary(HttpStatusCode status) => status is
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Doubles with every attempt, with some chance in it so that many clients do not come back together.</summary>
    /// <param name="attempt">1 after the first failure.</param>
    public static TimeSpan Get(int attempt) =>
        First * Math.Pow(2, Math.Min(attempt, 8) - 1) * (0.75 + (0.5 * Random.Shared.NextDouble()));

    /// <summary>What the answer's <c>Retry-After</c> says.</summary>
    public static TimeSpan? GetRetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        var delay = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}
