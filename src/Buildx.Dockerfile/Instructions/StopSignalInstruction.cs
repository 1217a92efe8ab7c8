namespace Buildx.Dockerfile;

public sealed record StopSignalInstruction(string Signal) : Instruction
{
    internal override Instruction Expand(Func<string, string> expand) => this with { Signal = expand(Signal) };
}
