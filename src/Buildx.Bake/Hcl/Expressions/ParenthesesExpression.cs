using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

internal sealed class ParenthesesExpression(Expression inner, SourceRange range) : Expression(range)
{
    public override Traversal? AsTraversal() => inner.AsTraversal();

    internal override void CollectReferences(ReferenceCollector collector) => collector.Visit(inner);

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics) => inner.Evaluate(scope, diagnostics);
}
