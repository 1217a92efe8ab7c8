using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

internal sealed class LiteralExpression(Value value, SourceRange range) : Expression(range)
{
    public Value Value { get; } = value;

    internal override void CollectReferences(ReferenceCollector collector)
    {
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics) => Value;
}
