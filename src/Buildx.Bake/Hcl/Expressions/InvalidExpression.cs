using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>Stands where the text has no expression; that was reported when it was read.</summary>
internal sealed class InvalidExpression(SourceRange range) : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector)
    {
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics) => Value.DynamicUnknown;
}
