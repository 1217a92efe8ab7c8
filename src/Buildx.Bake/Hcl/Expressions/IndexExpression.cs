using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>An element whose key must be evaluated.</summary>
internal sealed class IndexExpression(Expression collection, Expression key, SourceRange brackets, SourceRange range) : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector)
    {
        collector.Visit(collection);
        collector.Visit(key);
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var from = collection.Evaluate(scope, diagnostics);
        return ValueAccess.Index(from, key.Evaluate(scope, diagnostics), brackets, diagnostics);
    }
}
