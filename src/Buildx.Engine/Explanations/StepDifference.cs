using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Explanations;

/// <param name="Distance">The less, the more two steps have in common.</param>
internal sealed record StepDifference(IReadOnlyList<StepDifference.Part> Parts, int Distance)
{
    /// <param name="Lists">
    /// The digests of two lists of files which differ; only for what is told in the end it is worth reading how. Null where the cause
    /// says it all.
    /// </param>
    public sealed record Part(StepCause Cause, (string Before, string Now)? Lists = null);
}
