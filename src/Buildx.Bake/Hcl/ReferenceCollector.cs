using System.Runtime.CompilerServices;

namespace Buildx.Bake.Hcl;

/// <summary>Goes through an expression and notes what it refers to. Names that a <c>for</c> declares are its own.</summary>
internal sealed class ReferenceCollector
{
    private readonly List<string> _local = [];

    public List<Traversal> Variables { get; } = [];

    public List<FunctionReference> Functions { get; } = [];

    public void Visit(Expression expression)
    {
        // What is nested more deeply is not evaluated either.
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
            expression.CollectReferences(this);
    }

    public void Add(Traversal traversal)
    {
        if (!_local.Contains(traversal.RootName))
            Variables.Add(traversal);
    }

    public void Add(FunctionReference function) => Functions.Add(function);

    public void VisitWith(IReadOnlyCollection<string> names, params ReadOnlySpan<Expression?> expressions)
    {
        _local.AddRange(names);
        foreach (var expression in expressions)
        {
            if (expression is not null)
                Visit(expression);
        }
        _local.RemoveRange(_local.Count - names.Count, names.Count);
    }
}
