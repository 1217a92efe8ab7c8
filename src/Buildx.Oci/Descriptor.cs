using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>Points at content by media type, digest and size (OCI image spec, descriptor.md).</summary>
public sealed record Descriptor(
    [property: JsonPropertyName("mediaType")] string MediaType,
    [property: JsonPropertyName("digest")] Digest Digest,
    [property: JsonPropertyName("size")] long Size)
{
    [JsonPropertyName("urls")]
    public IReadOnlyList<string>? Urls { get; init; }

    [JsonPropertyName("annotations")]
    [JsonConverter(typeof(SortedStringMapJsonConverter))]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The content itself, where it is small.</summary>
    [JsonPropertyName("data")]
    public byte[]? Data { get; init; }

    [JsonPropertyName("artifactType"), JsonPropertyOrder(1)]
    public string? ArtifactType { get; init; }

    [JsonPropertyName("platform")]
    public Platform? Platform { get; init; }
}
