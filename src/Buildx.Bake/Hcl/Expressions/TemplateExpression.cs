using System.Text;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>A text with values in it.</summary>
internal sealed class TemplateExpression(IReadOnlyList<Expression> parts, SourceRange range) : Expression(range)
{
    /// <summary>The text, if there is nothing else in it; or null.</summary>
    public string? Text => parts.Count == 0 ? "" : parts is [LiteralExpression { Value: { HasContent: true, Type.Kind: TypeKind.String } only }] ? only.AsString : null;

    internal override void CollectReferences(ReferenceCollector collector)
    {
        foreach (var part in parts)
            collector.Visit(part);
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        if (parts is [LiteralExpression { Value: { Type.Kind: TypeKind.String } only }])
            return only;
        var text = new StringBuilder();
        var isKnown = true;
        foreach (var part in parts)
            isKnown &= Append(part.Evaluate(scope, diagnostics), part.Range, text, diagnostics);
        return isKnown ? Value.String(text.ToString()) : Value.Unknown(HclType.String);
    }

    /// <returns>False when the value is unknown, or no text.</returns>
    internal static bool Append(Value value, SourceRange range, StringBuilder text, DiagnosticBag diagnostics)
    {
        var converted = ValueConversion.ToText(value);
        if (value.IsNull)
            diagnostics.Error(range, "null cannot be part of a text", "a conditional can give another text for it: x == null ? \"\" : x");
        else if (converted.Value is null)
            diagnostics.Error(range, $"this cannot be part of a text: {converted}", value.Type.IsIterable ? "join makes a text of a list, and jsonencode one of anything" : null);
        if (value.IsNull || converted.Value is not { IsKnown: true } known)
            return false;
        text.Append(known.AsString);
        return true;
    }
}
