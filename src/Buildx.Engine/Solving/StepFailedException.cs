using System.Collections.Immutable;

namespace Buildx.Engine.Solving;

/// <summary>A process that failed, with the files it had and those it has left, for whoever wants to look at them as long as the build lasts.</summary>
/// <param name="before">By the mounts of the step; null where nothing was mounted.</param>
/// <param name="after">As before, with what the process has changed.</param>
internal sealed class StepFailedException(Exception cause, ImmutableArray<StepMount?> before, ImmutableArray<StepMount?> after) : Exception(cause.Message, cause)
{
    public ImmutableArray<StepMount?> Before { get; } = before;

    public ImmutableArray<StepMount?> After { get; } = after;
}
