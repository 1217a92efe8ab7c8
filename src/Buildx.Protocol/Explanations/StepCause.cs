namespace Buildx.Protocol.Explanations;

/// <summary>One thing for which a step had to run.</summary>
/// <param name="Kind">One of <see cref="CauseKinds"/>.</param>
/// <param name="Subject">What it is about: a path, a variable, an image, an option, a step.</param>
/// <param name="Change">What happened to it, one of <see cref="CauseChanges"/>; null where was and is say it all.</param>
/// <param name="Was">In the earlier result.</param>
/// <param name="Is">Now.</param>
/// <param name="Of">Where a file lies: a build context, a stage's step.</param>
public sealed record StepCause(string Kind, string? Subject = null, string? Change = null, string? Was = null, string? Is = null, string? Of = null);
