using System.Text.Json;
using System.Text.Json.Serialization;
using Buildx.Oci;

namespace Buildx.Drivers.Store;

/// <summary>A platform as the OCI image specification writes it in JSON, which is also how builders are stored.</summary>
public sealed class StoredPlatform
{
    [JsonPropertyName("architecture")]
    public string Architecture { get; set; } = "";

    [JsonPropertyName("os")]
    public string Os { get; set; } = "";

    [JsonPropertyName("os.version"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OsVersion { get; set; }

    [JsonPropertyName("variant"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Variant { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    public static StoredPlatform From(Platform platform) => new()
    {
        Architecture = platform.Architecture,
        Os = platform.Os,
        OsVersion = platform.OsVersion,
        Variant = platform.Variant,
    };

    public Platform ToPlatform() => new(Os, Architecture, Variant) { OsVersion = OsVersion };
}
