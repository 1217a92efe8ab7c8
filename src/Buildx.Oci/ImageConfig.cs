using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>
/// An image's config file (OCI image spec, config.md, with Docker's extensions): what it runs on, how a container of it
/// starts, and what its layers are. Fields not known here survive reading and writing.
/// </summary>
public sealed record ImageConfig
{
    [JsonPropertyName("created")]
    [JsonConverter(typeof(TimestampJsonConverter))]
    public Timestamp? Created { get; init; }

    [JsonPropertyName("author")]
    public string? Author { get; init; }

    [JsonPropertyName("architecture")]
    public string Architecture { get; init; } = "";

    [JsonPropertyName("variant")]
    public string? Variant { get; init; }

    [JsonPropertyName("os")]
    public string Os { get; init; } = "";

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    [JsonPropertyName("os.features")]
    public IReadOnlyList<string>? OsFeatures { get; init; }

    [JsonPropertyName("config")]
    public ContainerConfig? Config { get; init; }

    [JsonPropertyName("rootfs")]
    public RootFs? RootFs { get; init; }

    [JsonPropertyName("history")]
    public IReadOnlyList<History>? History { get; init; }

    /// <summary>Whatever else the file had, e.g. Docker's <c>docker_version</c> or BuildKit's <c>moby.buildkit.cache.v0</c>.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Other { get; set; }

    /// <summary>What the image runs on; null when the file does not say.</summary>
    [JsonIgnore]
    public Platform? Platform => string.IsNullOrEmpty(Os) || string.IsNullOrEmpty(Architecture)
        ? null
        : new Platform(Os, Architecture, Variant) { OsVersion = OsVersion }.Normalize();
}
