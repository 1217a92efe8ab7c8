namespace Buildx.Dockerfile;

public sealed record VolumeInstruction(IReadOnlyList<string> Volumes) : Instruction
{
    internal override Instruction Expand(Func<string, string> expand) => this with { Volumes = Volumes.Select(expand).ToArray() };
}
