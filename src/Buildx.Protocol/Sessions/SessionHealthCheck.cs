namespace Buildx.Protocol.Sessions;

/// <summary>How often a daemon asks whether the client still answers. The defaults are BuildKit's.</summary>
public sealed record SessionHealthCheck
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>So many failures in a row end the session.</summary>
    public int FailureThreshold { get; init; } = 2;
}
