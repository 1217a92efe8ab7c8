using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>A key of an object's literal: a word stands for itself, unless it is in parentheses.</summary>
internal sealed class ObjectKeyExpression(Expression key, bool isParenthesized) : Expression(key.Range)
{
    private string? Word => isParenthesized ? null : key switch
    {
        LiteralExpression { Value: { IsNull: true } } => "null",
        LiteralExpression { Value: { Type.Kind: TypeKind.Bool } literal } => literal.AsBool ? "true" : "false",
        _ => key.AsKeyword(),
    };

    public override Traversal? AsTraversal() => isParenthesized ? null : key.AsTraversal();

    internal override void CollectReferences(ReferenceCollector collector)
    {
        if (Word is null)
            collector.Visit(key);
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        if (Word is { } word)
            return Value.String(word);
        if (isParenthesized || key is not ReferenceExpression)
            return key.Evaluate(scope, diagnostics);
        diagnostics.Error(key.Range, "this name could be a reference or a text", "put it in quotes if it is a name with dots, and in parentheses if it is a reference");
        return Value.DynamicUnknown;
    }
}
