namespace Buildx.Dockerfile;

public sealed record CmdInstruction(ShellCommand Command) : Instruction;
