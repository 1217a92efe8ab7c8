using System.Runtime.CompilerServices;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl;

/// <summary>Something that has a value once its variables have.</summary>
public abstract class Expression
{
    private protected Expression(SourceRange range) => Range = range;

    public SourceRange Range { get; }

    /// <summary>Reads an expression that stands alone. Never throws.</summary>
    public static Expression Parse(string text, string name, DiagnosticBag diagnostics) =>
        Syntax.Parser.ParseExpression(new SourceText(name, text), text, new TextPosition(1, 1), diagnostics);

    /// <summary>Reads a text that is a template as a whole. Never throws.</summary>
    public static Expression ParseTemplate(string text, string name, DiagnosticBag diagnostics) =>
        Syntax.Parser.ParseTemplate(new SourceText(name, text), text, new TextPosition(1, 1), diagnostics);

    /// <summary>Never throws: what goes wrong is among the diagnostics, and the value is then an unknown one.</summary>
    public EvaluationResult Evaluate(EvaluationScope scope)
    {
        var diagnostics = new DiagnosticBag();
        var value = Evaluate(scope, diagnostics);
        return new EvaluationResult(value, diagnostics);
    }

    /// <summary>The same, for many expressions whose diagnostics are collected.</summary>
    public Value Evaluate(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return EvaluateCore(scope, diagnostics);
        diagnostics.Error(Range, "this is nested too deeply to be evaluated", "split it into several variables");
        return Value.DynamicUnknown;
    }

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

    private protected abstract Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics);

    /// <summary>Shows the collector what is inside.</summary>
    internal abstract void CollectReferences(ReferenceCollector collector);
}
