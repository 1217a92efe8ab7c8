using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

internal sealed class BinaryExpression(BinaryOperator @operator, Expression left, Expression right, SourceRange range) : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector)
    {
        // A long sum leans to the left: it is gone through, not into.
        var chain = new Stack<BinaryExpression>();
        var first = Unwind(chain);
        collector.Visit(first);
        while (chain.TryPop(out var next))
            collector.Visit(next.Right);
    }

    private Expression Left => left;

    private Expression Right => right;

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var chain = new Stack<BinaryExpression>();
        var first = Unwind(chain);
        // Errors are kept apart up to the end: "false && x" makes none of x's.
        var errors = new DiagnosticBag();
        var value = first.Evaluate(scope, errors);
        while (chain.TryPop(out var next))
            (value, errors) = next.Apply(value, errors, scope);
        diagnostics.AddRange(errors);
        return value;
    }

    private Expression Unwind(Stack<BinaryExpression> chain)
    {
        Expression first = this;
        while (first is BinaryExpression binary)
        {
            chain.Push(binary);
            first = binary.Left;
        }
        return first;
    }

    private (Value Value, DiagnosticBag Errors) Apply(Value leftValue, DiagnosticBag leftErrors, EvaluationScope scope)
    {
        var rightErrors = new DiagnosticBag();
        var rightValue = right.Evaluate(scope, rightErrors);
        var errors = new DiagnosticBag();
        var first = Convert(leftValue, left.Range, errors);
        var second = Convert(rightValue, right.Range, errors);
        if (!errors.HasErrors && @operator.IsLogical && Decide(first!, second!, leftErrors, rightErrors) is { } decided)
            return decided;
        // The left one's come first.
        leftErrors.AddRange(errors);
        leftErrors.AddRange(rightErrors);
        if (leftErrors.HasErrors)
            return (Value.Unknown(@operator.ResultType), leftErrors);
        if ((!first!.IsKnown || !second!.IsKnown) && @operator.OperandType.Kind != TypeKind.Dynamic)
            return (Value.Unknown(@operator.ResultType), leftErrors);
        if (@operator.Apply(first, second!) is { } result)
            return (result, leftErrors);
        leftErrors.Error(Range, $"{first.AsNumber} {@operator.Symbol} {second!.AsNumber} is no number");
        return (Value.Unknown(@operator.ResultType), leftErrors);
    }

    private Value? Convert(Value value, SourceRange place, DiagnosticBag errors) =>
        @operator.OperandType.Kind == TypeKind.Dynamic ? value : Operands.Read(value, @operator.OperandType, @operator.Symbol, place, errors);

    /// <summary>What one operand decides alone, whatever the other is, with that one's errors only.</summary>
    private (Value Value, DiagnosticBag Errors)? Decide(Value first, Value second, DiagnosticBag firstErrors, DiagnosticBag secondErrors)
    {
        var decisive = ReferenceEquals(@operator, BinaryOperator.Or);
        if (first.IsKnown && first.AsBool == decisive)
            return (first, firstErrors);
        if (second.IsKnown && second.AsBool == decisive)
            return (second, secondErrors);
        return null;
    }
}
