namespace Buildx.Dockerfile;

/// <param name="Ports">In ordinal order, not expanded.</param>
public sealed record ExposeInstruction(IReadOnlyList<string> Ports) : Instruction;
