namespace Buildx.Engine.Explanations;

/// <summary>What a step is made of.</summary>
/// <param name="Files">The lists of files that the facts name by digest, in the form of <see cref="FileList"/>.</param>
internal sealed record DescribedStep(StepFacts Facts, IReadOnlyDictionary<string, byte[]> Files);
