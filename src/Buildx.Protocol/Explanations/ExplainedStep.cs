namespace Buildx.Protocol.Explanations;

/// <param name="Vertex">The digest by which the build's log knows the step.</param>
public sealed record ExplainedStep(string Vertex, string Name, StepReason Reason);
