using System.Text.Json.Serialization;

namespace Buildx.Engine.Explanations;

[JsonSerializable(typeof(StepFacts))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class FactsJson : JsonSerializerContext;
