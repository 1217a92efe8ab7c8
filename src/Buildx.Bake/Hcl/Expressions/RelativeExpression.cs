using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>A part of what another expression gives.</summary>
internal sealed class RelativeExpression(Expression source, IReadOnlyList<TraversalStep> steps, SourceRange range) : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector) => collector.Visit(source);

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics) =>
        ValueAccess.Follow(source.Evaluate(scope, diagnostics), steps, diagnostics);
}
