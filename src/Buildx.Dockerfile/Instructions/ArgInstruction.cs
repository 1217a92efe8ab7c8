namespace Buildx.Dockerfile;

public sealed record ArgInstruction(IReadOnlyList<ArgumentDefinition> Arguments) : Instruction;
