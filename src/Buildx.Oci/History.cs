using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>How one layer, or a change of the config alone, came about.</summary>
public sealed record History
{
    [JsonPropertyName("created")]
    [JsonConverter(typeof(TimestampJsonConverter))]
    public Timestamp? Created { get; init; }

    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; init; }

    [JsonPropertyName("author")]
    public string? Author { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }

    /// <summary>The step changed the config only.</summary>
    [JsonPropertyName("empty_layer")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EmptyLayer { get; init; }
}
