using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>One image for one platform: its config and its layers (OCI image spec, manifest.md).</summary>
public sealed record ImageManifest(
    [property: JsonPropertyName("config"), JsonPropertyOrder(4)] Descriptor Config,
    [property: JsonPropertyName("layers"), JsonPropertyOrder(5)] IReadOnlyList<Descriptor> Layers)
{
    [JsonPropertyName("schemaVersion"), JsonPropertyOrder(1)]
    public int SchemaVersion => 2;

    [JsonPropertyName("mediaType"), JsonPropertyOrder(2)]
    public string? MediaType { get; init; }

    [JsonPropertyName("artifactType"), JsonPropertyOrder(3)]
    public string? ArtifactType { get; init; }

    [JsonPropertyName("subject"), JsonPropertyOrder(6)]
    public Descriptor? Subject { get; init; }

    [JsonPropertyName("annotations"), JsonPropertyOrder(7)]
    [JsonConverter(typeof(SortedStringMapJsonConverter))]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
