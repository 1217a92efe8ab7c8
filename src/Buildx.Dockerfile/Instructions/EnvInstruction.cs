namespace Buildx.Dockerfile;

public sealed record EnvInstruction(IReadOnlyList<KeyValue> Variables) : Instruction
{
    internal override Instruction Expand(Func<string, string> expand) =>
        KeyValue.Expand(Variables, expand) is var variables && ReferenceEquals(variables, Variables) ? this : this with { Variables = variables };
}
