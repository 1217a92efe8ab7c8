namespace Buildx.Dockerfile;

public sealed record EnvInstruction(IReadOnlyList<KeyValue> Variables) : Instruction
{
    internal override Instruction Expand(Func<string, string> expand) =>
        this with { Variables = Variables.Select(pair => pair with { Key = expand(pair.Key), Value = expand(pair.Value) }).ToArray() };
}
