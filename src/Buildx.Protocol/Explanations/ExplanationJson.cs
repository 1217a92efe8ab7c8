using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Protocol.Explanations;

/// <summary>How explanations travel.</summary>
public static class ExplanationJson
{
    public static byte[] Write(BuildExplanation explanation) => JsonSerializer.SerializeToUtf8Bytes(explanation, ExplanationContext.Default.BuildExplanation);

    public static string Write(StepReason reason) => JsonSerializer.Serialize(reason, ExplanationContext.Default.StepReason);

    /// <exception cref="JsonException">It is none.</exception>
    public static BuildExplanation ReadBuild(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ExplanationContext.Default.BuildExplanation) ?? throw new JsonException("an explanation is an object");

    /// <returns>Null when it is none.</returns>
    public static StepReason? TryReadStep(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ExplanationContext.Default.StepReason);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(BuildExplanation))]
[JsonSerializable(typeof(StepReason))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ExplanationContext : JsonSerializerContext;
