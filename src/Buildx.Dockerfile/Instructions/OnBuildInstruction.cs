namespace Buildx.Dockerfile;

/// <param name="Trigger">The instruction for those who build on this image, as text.</param>
public sealed record OnBuildInstruction(string Trigger) : Instruction;
