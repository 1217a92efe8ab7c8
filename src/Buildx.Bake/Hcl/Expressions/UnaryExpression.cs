using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary><c>-x</c> or <c>!x</c>.</summary>
internal sealed class UnaryExpression(bool isMinus, Expression operand, SourceRange range) : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector) => collector.Visit(operand);

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var type = isMinus ? HclType.Number : HclType.Bool;
        var value = Operands.Read(operand.Evaluate(scope, diagnostics), type, isMinus ? "-" : "!", operand.Range, diagnostics);
        if (value is not { IsKnown: true })
            return Value.Unknown(type);
        return isMinus ? Value.Number(Number.Negate(value.AsNumber)) : Value.Bool(!value.AsBool);
    }
}
