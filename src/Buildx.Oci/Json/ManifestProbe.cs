using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>As much of a manifest as tells its kind.</summary>
internal sealed record ManifestProbe
{
    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    [JsonPropertyName("manifests")]
    public JsonElement? Manifests { get; init; }

    [JsonPropertyName("config")]
    public JsonElement? Config { get; init; }

    [JsonPropertyName("fsLayers")]
    public JsonElement? FsLayers { get; init; }
}
