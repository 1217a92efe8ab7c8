namespace Buildx.Dockerfile;

public sealed record WorkdirInstruction(string Path) : Instruction
{
    internal override Instruction Expand(Func<string, string> expand) => this with { Path = expand(Path) };
}
