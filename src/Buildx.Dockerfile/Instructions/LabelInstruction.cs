namespace Buildx.Dockerfile;

public sealed record LabelInstruction(IReadOnlyList<KeyValue> Labels) : Instruction
{
    internal override Instruction Expand(Func<string, string> expand) =>
        KeyValue.Expand(Labels, expand) is var labels && ReferenceEquals(labels, Labels) ? this : this with { Labels = labels };
}
