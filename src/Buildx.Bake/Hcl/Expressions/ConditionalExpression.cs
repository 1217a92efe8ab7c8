using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>One of two, both as the type that they have in common. Errors count only in the one that is taken.</summary>
internal sealed class ConditionalExpression(Expression condition, Expression whenTrue, Expression whenFalse, SourceRange range) : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector)
    {
        collector.Visit(condition);
        collector.Visit(whenTrue);
        collector.Visit(whenFalse);
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        // Both, because the other one's type decides too.
        DiagnosticBag trueErrors = [], falseErrors = [];
        var trueValue = whenTrue.Evaluate(scope, trueErrors);
        var falseValue = whenFalse.Evaluate(scope, falseErrors);
        if (CommonType(trueValue, falseValue) is not { } type)
        {
            diagnostics.Error(whenTrue.Range.To(whenFalse.Range), $"both results of a conditional must have one type; {Difference(trueValue.Type, falseValue.Type)}");
            return Value.DynamicUnknown;
        }
        var decision = condition.Evaluate(scope, diagnostics);
        var decided = ValueConversion.Convert(decision, HclType.Bool);
        if (decision.IsNull || decided.Value is null)
        {
            diagnostics.Error(condition.Range, decision.IsNull ? "the condition is null" : $"the condition does not fit: {decided}", "a condition is true or false");
            return Value.Unknown(type);
        }
        if (!decided.Value.IsKnown)
            return Value.Unknown(type);
        var (taken, errors, expression) = decided.Value.AsBool ? (trueValue, trueErrors, whenTrue) : (falseValue, falseErrors, whenFalse);
        diagnostics.AddRange(errors);
        var result = ValueConversion.Convert(taken, type);
        if (result.Value is null)
            diagnostics.Error(expression.Range, $"this does not fit the conditional's other result: {result}");
        return result.Value ?? Value.Unknown(type);
    }

    private static HclType? CommonType(Value left, Value right)
    {
        if (ReferenceEquals(left, Value.DynamicNull))
            return right.Type;
        if (ReferenceEquals(right, Value.DynamicNull))
            return left.Type;
        if (left.Type.Kind == TypeKind.Dynamic || right.Type.Kind == TypeKind.Dynamic)
            return HclType.Dynamic;
        return TypeConversion.Unify([left.Type, right.Type], isSafe: false);
    }

    private static string Difference(HclType left, HclType right)
    {
        if (left.Kind == TypeKind.Object && right.Kind == TypeKind.Object)
        {
            foreach (var name in left.Members.Names.Concat(right.Members.Names))
            {
                if (!left.Members.TryGet(name, out var mine) || !right.Members.TryGet(name, out var other))
                    return $"only the {(left.Members.Contains(name) ? "first" : "second")} has an attribute {Mismatch.Quote(name)}";
                if (!mine.Equals(other))
                    return $"attribute {Mismatch.Quote(name)} differs: {Difference(mine, other)}";
            }
        }
        if (left.Kind == TypeKind.Tuple && right.Kind == TypeKind.Tuple)
        {
            if (left.Items.Count != right.Items.Count)
                return $"the first is a tuple of {left.Items.Count}, the second of {right.Items.Count}";
            for (var i = 0; i < left.Items.Count; i++)
            {
                if (!left.Items[i].Equals(right.Items[i]))
                    return $"element {i} differs: {Difference(left.Items[i], right.Items[i])}";
            }
        }
        var (first, second) = (Mismatch.Article(left), Mismatch.Article(right));
        return first == second ? "something deep within them differs" : $"the first is {first}, the second {second}";
    }
}
