namespace Buildx.Engine.Explanations;

/// <summary>One thing that a step's result depends on, besides its inputs.</summary>
/// <param name="Kind">One of <see cref="Protocol.Explanations.CauseKinds"/>: what it is when it differs.</param>
/// <param name="Subject">E.g. the variable's name.</param>
internal sealed record StepPart(string Kind, string? Subject, string Value);
