using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl;

/// <summary>Something that has a value once its variables have.</summary>
public abstract class Expression
{
    private protected Expression(SourceRange range) => Range = range;

    public SourceRange Range { get; }

    /// <summary>Never throws: what goes wrong is among the diagnostics, and the value is then an unknown one.</summary>
    public EvaluationResult Evaluate(EvaluationScope scope)
    {
        var diagnostics = new DiagnosticBag();
        var value = Evaluate(scope, diagnostics);
        return new EvaluationResult(value, diagnostics);
    }

    /// <summary>The same, for many expressions whose diagnostics are collected.</summary>
    public abstract Value Evaluate(EvaluationScope scope, DiagnosticBag diagnostics);

    /// <summary>Every variable that is referred to, with the attributes and keys behind it, in the order of the text; not those that the expression itself declares.</summary>
    public IReadOnlyList<Traversal> Variables()
    {
        var collector = new ReferenceCollector();
        collector.Visit(this);
        return collector.Variables;
    }

    /// <summary>The names of all functions that are called, with their places.</summary>
    public IReadOnlyList<FunctionReference> Functions()
    {
        var collector = new ReferenceCollector();
        collector.Visit(this);
        return collector.Functions;
    }

    /// <summary>The expression as a plain reference (<c>a.b[0]</c>), or null if it is something else.</summary>
    public virtual Traversal? AsTraversal() => null;

    /// <summary>The expression as a single word, such as a type's name; or null.</summary>
    public string? AsKeyword() => AsTraversal() is { Steps.Count: 0 } traversal ? traversal.RootName : null;

    /// <summary>The elements of an expression that is a list's literal; or null.</summary>
    public virtual IReadOnlyList<Expression>? AsList() => null;

    /// <summary>The pairs of an expression that is an object's literal; or null.</summary>
    public virtual IReadOnlyList<KeyValuePair<Expression, Expression>>? AsMap() => null;

    /// <summary>The function and the arguments of an expression that is a call; or null.</summary>
    public virtual StaticCall? AsCall() => null;

    /// <summary>Shows the collector what is inside.</summary>
    internal abstract void CollectReferences(ReferenceCollector collector);
}
