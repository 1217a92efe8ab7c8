using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Drivers.Store;

/// <summary>One node of a builder, with the field names that Buildx stores.</summary>
public sealed class NodeRecord
{
    public string Name { get; set; } = "";

    public string Endpoint { get; set; } = "";

    public List<StoredPlatform>? Platforms { get; set; }

    public Dictionary<string, string>? DriverOpts { get; set; }

    /// <summary>Extra arguments for the engine.</summary>
    [JsonPropertyName("Flags")]
    public List<string>? BuildkitdFlags { get; set; }

    /// <summary><c>buildkitd.toml</c> and the certificates it names, by relative path.</summary>
    public Dictionary<string, byte[]>? Files { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
