using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Engine.Execution.Binfmt;

/// <summary>What <c>binfmt</c> prints: the platforms that run here, and the handlers that the host has.</summary>
public sealed record BinfmtStatus(
    [property: JsonPropertyName("supported")] ImmutableArray<string> Supported,
    [property: JsonPropertyName("emulators")] ImmutableArray<string> Emulators)
{
    public string ToJson() => JsonSerializer.Serialize(this, BinfmtJson.Default.BinfmtStatus);
}
