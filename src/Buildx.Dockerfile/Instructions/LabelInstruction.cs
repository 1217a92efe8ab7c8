namespace Buildx.Dockerfile;

public sealed record LabelInstruction(IReadOnlyList<KeyValue> Labels) : Instruction
{
    internal override Instruction Expand(Func<string, string> expand) =>
        this with { Labels = Labels.Select(pair => pair with { Key = expand(pair.Key), Value = expand(pair.Value) }).ToArray() };
}
