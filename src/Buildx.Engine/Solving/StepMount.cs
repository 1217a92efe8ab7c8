using Buildx.Llb;

namespace Buildx.Engine.Solving;

/// <summary>What was, or is, at a mount of a step.</summary>
/// <param name="Input">The input that was mounted there.</param>
internal sealed record StepMount(LlbOutput Input, OutputTree Tree);
