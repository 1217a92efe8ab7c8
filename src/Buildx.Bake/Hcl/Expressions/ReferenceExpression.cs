using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>A variable, or a part of one.</summary>
internal sealed class ReferenceExpression(Traversal traversal, SourceRange range) : Expression(range)
{
    public Traversal Traversal { get; } = traversal;

    public override Traversal AsTraversal() => Traversal;

    internal override void CollectReferences(ReferenceCollector collector) => collector.Add(Traversal);

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        if (scope.FindVariable(Traversal.RootName) is { } variable)
            return ValueAccess.Follow(variable, Traversal.Steps, diagnostics);
        diagnostics.Error(Traversal.RootRange, $"there is no variable \"{Traversal.RootName}\"",
            Suggestion.Find(Traversal.RootName, scope.VariableNames) is { } near ? $"did you mean {near}?" : null);
        return Value.DynamicUnknown;
    }
}
