using System.Text;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>A template's <c>for</c>: the texts of all its rounds, one behind the other.</summary>
internal sealed class TemplateJoinExpression(ForExpression rounds) : Expression(rounds.Range)
{
    internal override void CollectReferences(ReferenceCollector collector) => collector.Visit(rounds);

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var made = rounds.Evaluate(scope, diagnostics);
        if (!made.IsKnown)
            return Value.Unknown(HclType.String);
        var text = new StringBuilder();
        var isKnown = true;
        foreach (var element in made.Elements)
            isKnown &= TemplateExpression.Append(element, Range, text, diagnostics);
        return isKnown ? Value.String(text.ToString()) : Value.Unknown(HclType.String);
    }
}
