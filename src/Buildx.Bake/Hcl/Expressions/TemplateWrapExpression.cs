using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>A template that is one interpolation and nothing else: the value itself.</summary>
internal sealed class TemplateWrapExpression(Expression inner, SourceRange range) : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector) => collector.Visit(inner);

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics) => inner.Evaluate(scope, diagnostics);
}
