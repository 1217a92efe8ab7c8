using System.Text.Json.Serialization;

namespace Buildx.Dockerfile;

public sealed record ImageRootFileSystem
{
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary>Written even when null, as Docker does.</summary>
    [JsonPropertyName("diff_ids")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? DiffIds { get; init; }
}
