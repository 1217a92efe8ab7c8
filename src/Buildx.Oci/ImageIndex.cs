using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>A list of manifests, one per platform (OCI image spec, image-index.md; Docker calls it a manifest list).</summary>
public sealed record ImageIndex(
    [property: JsonPropertyName("manifests"), JsonPropertyOrder(4)] IReadOnlyList<Descriptor> Manifests)
{
    [JsonPropertyName("schemaVersion"), JsonPropertyOrder(1)]
    public int SchemaVersion => 2;

    [JsonPropertyName("mediaType"), JsonPropertyOrder(2)]
    public string? MediaType { get; init; }

    [JsonPropertyName("artifactType"), JsonPropertyOrder(3)]
    public string? ArtifactType { get; init; }

    [JsonPropertyName("subject"), JsonPropertyOrder(5)]
    public Descriptor? Subject { get; init; }

    [JsonPropertyName("annotations"), JsonPropertyOrder(6)]
    [JsonConverter(typeof(SortedStringMapJsonConverter))]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The media type of an index of these: Docker's where all of them are Docker's.</summary>
    public static string TypeFor(IEnumerable<Descriptor> manifests) =>
        manifests.All(manifest => MediaTypes.IsDocker(manifest.MediaType)) ? MediaTypes.DockerManifestList : MediaTypes.OciIndex;
}
