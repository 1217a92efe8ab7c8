namespace Buildx.Dockerfile;

public sealed record UserInstruction(string User) : Instruction
{
    internal override Instruction Expand(Func<string, string> expand) => this with { User = expand(User) };
}
