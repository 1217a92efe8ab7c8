using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>Makes a tuple, or with a key an object, of what it goes through.</summary>
internal sealed class ForExpression(
    ForNames names, Expression collection, Expression? key, Expression value, Expression? condition, bool isGrouping, SourceRange range)
    : Expression(range)
{
    internal override void CollectReferences(ReferenceCollector collector)
    {
        collector.Visit(collection);
        collector.VisitWith(names.All, key, value, condition);
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var source = collection.Evaluate(scope, diagnostics);
        if (source.IsNull)
        {
            diagnostics.Error(collection.Range, "a \"for\" cannot go through null");
            return Value.DynamicUnknown;
        }
        if (source.Type.Kind == TypeKind.Dynamic)
            return Value.DynamicUnknown;
        if (!source.Type.IsIterable)
        {
            diagnostics.Error(collection.Range, $"a \"for\" cannot go through {Mismatch.Article(source.Type)}", "it goes through lists, sets, maps, tuples and objects");
            return Value.DynamicUnknown;
        }
        var inner = new EvaluationScope(scope);
        if (!source.IsKnown)
            return Value.DynamicUnknown;
        return key is null ? MakeTuple(source, inner, diagnostics) : MakeObject(source, inner, key, diagnostics);
    }

    private Value MakeTuple(Value source, EvaluationScope inner, DiagnosticBag diagnostics)
    {
        var elements = new List<Value>();
        var isKnown = true;
        foreach (var (elementKey, element) in Iteration.Of(source))
        {
            Enter(inner, elementKey, element);
            switch (IsIncluded(inner, diagnostics, isKnown))
            {
                case true:
                    elements.Add(value.Evaluate(inner, diagnostics));
                    break;
                case null:
                    isKnown = false;
                    break;
            }
        }
        return isKnown ? Value.Tuple(elements) : Value.DynamicUnknown;
    }

    private Value MakeObject(Value source, EvaluationScope inner, Expression makesKey, DiagnosticBag diagnostics)
    {
        var members = new Dictionary<string, List<Value>>(StringComparer.Ordinal);
        var isKnown = true;
        foreach (var (elementKey, element) in Iteration.Of(source))
        {
            Enter(inner, elementKey, element);
            var isIncluded = IsIncluded(inner, diagnostics, isKnown);
            if (isIncluded is false)
                continue;
            var errors = isKnown ? diagnostics : [];
            if (isIncluded is null || ObjectKeys.Read(makesKey.Evaluate(inner, diagnostics), makesKey.Range, errors) is not { } name)
            {
                isKnown = false;
                continue;
            }
            var made = value.Evaluate(inner, diagnostics);
            if (members.TryAdd(name, [made]))
                continue;
            if (isGrouping)
                members[name].Add(made);
            else
                diagnostics.Error(makesKey.Range, $"two elements have the key {Mismatch.Quote(name)}", "write ... behind the value to group the values of one key");
        }
        if (!isKnown)
            return Value.DynamicUnknown;
        return Value.Object(members.Select(member => KeyValuePair.Create(member.Key, isGrouping ? Value.Tuple(member.Value) : member.Value[0])));
    }

    private void Enter(EvaluationScope inner, Value elementKey, Value element)
    {
        if (names.Key is { } name)
            inner.Set(name, elementKey);
        inner.Set(names.Value, element);
    }

    /// <returns>Null when it cannot be told.</returns>
    private bool? IsIncluded(EvaluationScope inner, DiagnosticBag diagnostics, bool reports)
    {
        if (condition is null)
            return true;
        var result = condition.Evaluate(inner, diagnostics);
        var converted = ValueConversion.Convert(result, HclType.Bool);
        if (result.IsNull || converted.Value is null)
        {
            if (reports)
                diagnostics.Error(condition.Range, result.IsNull ? "the condition of a \"for\" must not be null" : $"the condition of a \"for\" does not fit: {converted}");
            return null;
        }
        return converted.Value.IsKnown ? converted.Value.AsBool : null;
    }
}
