using System.Text.Json.Serialization;

namespace Buildx.Dockerfile;

public sealed record ImageHistoryEntry
{
    /// <summary>RFC 3339; as text, so that a base image's entries stay what they are.</summary>
    [JsonPropertyName("created")]
    public string? Created { get; init; }

    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; init; }

    [JsonPropertyName("author")]
    public string? Author { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }

    [JsonPropertyName("empty_layer")]
    public bool EmptyLayer { get; init; }
}
