namespace Buildx.Dockerfile;

public sealed record EntrypointInstruction(ShellCommand Command) : Instruction;
