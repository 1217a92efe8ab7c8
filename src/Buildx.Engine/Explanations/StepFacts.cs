using System.Text.Json;
using Buildx.Engine.Solving;
using Buildx.Oci;
using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Explanations;

/// <summary>What a record was made of.</summary>
/// <param name="Name">What the user calls the step.</param>
/// <param name="Parts">What the step does.</param>
internal sealed record StepFacts(string Name, IReadOnlyList<StepPart> Parts, IReadOnlyList<InputFacts> Inputs)
{
    /// <summary>The same for all steps that do the same, on whatever platform.</summary>
    public static Digest OperationOf(IEnumerable<StepPart> parts)
    {
        using var hash = new KeyHash("parts");
        foreach (var part in parts.Where(part => part.Kind != CauseKinds.Platform))
            hash.Add(part.Kind).Add(part.Subject ?? "").Add(part.Value);
        return hash.ToDigest();
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, FactsJson.Default.StepFacts);

    /// <returns>Null when it is none.</returns>
    public static StepFacts? TryRead(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, FactsJson.Default.StepFacts);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
