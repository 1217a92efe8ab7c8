namespace Buildx.Llb;

/// <summary>A place in a source file that a vertex comes from.</summary>
public sealed record LlbSourceLocation(LlbSourceFile File, IReadOnlyList<LlbSourceRange> Ranges);
