namespace Buildx.Dockerfile;

public sealed record ShellInstruction(IReadOnlyList<string> Shell) : Instruction;
