using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>The same of every element of a sequence. What is no sequence counts as one of it, and null as an empty one.</summary>
internal sealed class SplatExpression(Expression source, Expression each, SplatItemExpression item, SourceRange range) : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector)
    {
        collector.Visit(source);
        collector.Visit(each);
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var errors = new DiagnosticBag();
        var from = source.Evaluate(scope, errors);
        diagnostics.AddRange(errors);
        if (errors.HasErrors)
            return Value.DynamicUnknown;
        var isSequence = from.Type.Kind is TypeKind.List or TypeKind.Set or TypeKind.Tuple;
        if (from.IsNull && isSequence)
        {
            diagnostics.Error(source.Range, "a splat cannot go through a sequence that is null");
            return Value.DynamicUnknown;
        }
        if (from.IsNull)
            return Value.EmptyTuple;
        if (from.Type.Kind == TypeKind.Dynamic || (!from.IsKnown && !isSequence))
            return Value.DynamicUnknown;
        if (!isSequence)
            from = Value.Tuple([from]);
        var inner = new EvaluationScope(scope);
        if (!from.IsKnown)
            return Value.Unknown(ResultType(from.Type, inner));
        var elements = new List<Value>(from.Count);
        errors = [];
        foreach (var element in from.Elements)
        {
            inner.Set(item.Name, element);
            elements.Add(each.Evaluate(inner, errors));
        }
        diagnostics.AddRange(errors);
        if (errors.HasErrors)
            return Value.DynamicUnknown;
        if (from.Type.Kind == TypeKind.Tuple)
            return Value.Tuple(elements);
        if (elements.Count == 0)
            return Value.List(ResultType(from.Type, inner).ElementType!, []);
        if (elements.TrueForAll(element => element.Type.Equals(elements[0].Type)))
            return Value.List(elements);
        diagnostics.Error(each.Range, "the elements that this splat makes have different types, so they are no list", "a \"for\" makes a tuple, whose elements may differ");
        return Value.DynamicUnknown;
    }

    private HclType ResultType(HclType type, EvaluationScope inner)
    {
        HclType Of(HclType element)
        {
            inner.Set(item.Name, Value.Unknown(element));
            return each.Evaluate(inner, []).Type;
        }

        return type.Kind == TypeKind.Tuple ? HclType.Tuple([.. type.Items.Select(Of)]) : HclType.List(Of(type.ElementType!));
    }
}
