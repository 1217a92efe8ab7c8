using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>Docker's <c>HEALTHCHECK</c>. Durations are nanoseconds; 0 inherits.</summary>
public sealed record Healthcheck
{
    /// <summary><c>NONE</c>; <c>CMD</c> and arguments; or <c>CMD-SHELL</c> and a command line.</summary>
    public IReadOnlyList<string>? Test { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Interval { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Timeout { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartPeriod { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartInterval { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Retries { get; init; }
}
