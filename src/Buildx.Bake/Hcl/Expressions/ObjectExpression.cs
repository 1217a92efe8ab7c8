using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

internal sealed class ObjectExpression(IReadOnlyList<ObjectItem> items, SourceRange range) : Expression(range)
{
    public override IReadOnlyList<KeyValuePair<Expression, Expression>> AsMap() =>
        [.. items.Select(item => KeyValuePair.Create<Expression, Expression>(item.Key, item.Value))];

    internal override void CollectReferences(ReferenceCollector collector)
    {
        foreach (var item in items)
        {
            collector.Visit(item.Key);
            collector.Visit(item.Value);
        }
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var members = new List<KeyValuePair<string, Value>>(items.Count);
        var isKnown = true;
        foreach (var item in items)
        {
            var key = item.Key.Evaluate(scope, diagnostics);
            var value = item.Value.Evaluate(scope, diagnostics);
            if (ObjectKeys.Read(key, item.Key.Range, diagnostics) is { } name)
                members.Add(KeyValuePair.Create(name, value));
            else
                isKnown = false;
        }
        return isKnown ? Value.Object(members) : Value.DynamicUnknown;
    }
}
