namespace Buildx.Dockerfile;

public sealed record MaintainerInstruction(string Maintainer) : Instruction;
