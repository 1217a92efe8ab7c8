using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Drivers.Store;

/// <summary>The file <c>current</c>: which builder was chosen with <c>use</c>, and for which Docker endpoint.</summary>
public sealed class CurrentBuilder
{
    public string Key { get; set; } = "";

    public string Name { get; set; } = "";

    public bool Global { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
