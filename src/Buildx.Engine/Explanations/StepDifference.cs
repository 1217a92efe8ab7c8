using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Explanations;

/// <param name="Distance">The less, the more two steps have in common.</param>
internal sealed record StepDifference(IReadOnlyList<StepCause> Causes, int Distance);
