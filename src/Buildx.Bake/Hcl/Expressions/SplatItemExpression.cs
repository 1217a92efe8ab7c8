using System.Globalization;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>The element that a splat is at. It has a name in the scope that no variable can have.</summary>
internal sealed class SplatItemExpression(SourceRange range, int offset) : Expression(range)
{
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"*{offset}");

    internal override void CollectReferences(ReferenceCollector collector)
    {
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics) => scope.FindVariable(Name) ?? Value.DynamicUnknown;
}
