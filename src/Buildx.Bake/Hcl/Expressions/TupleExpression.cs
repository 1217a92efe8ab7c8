using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

internal sealed class TupleExpression(IReadOnlyList<Expression> elements, SourceRange range) : Expression(range)
{
    public override IReadOnlyList<Expression> AsList() => elements;

    internal override void CollectReferences(ReferenceCollector collector)
    {
        foreach (var element in elements)
            collector.Visit(element);
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var values = new Value[elements.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = elements[i].Evaluate(scope, diagnostics);
        return Value.Tuple(values);
    }
}
