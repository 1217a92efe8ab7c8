using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl;

/// <summary>Short ways to read and evaluate.</summary>
internal static class HclText
{
    public static HclFile Parse(string text) => HclFile.Parse(text, "test.hcl");

    /// <summary>The expression's value as its type and JSON: <c>tuple([number]) [1]</c>. It must have no error.</summary>
    public static string Show(string expression, EvaluationScope? scope = null)
    {
        var result = Evaluate(expression, scope);
        Assert.Empty(result.Diagnostics.Select(diagnostic => diagnostic.ToString()));
        return $"{result.Value.Type} {result.Value}";
    }

    public static Value Value(string expression, EvaluationScope? scope = null)
    {
        var result = Evaluate(expression, scope);
        Assert.Empty(result.Diagnostics.Select(diagnostic => diagnostic.ToString()));
        return result.Value;
    }

    /// <summary>The first error, with its place: <c>1:3: …</c>.</summary>
    public static string Error(string expression, EvaluationScope? scope = null)
    {
        return Evaluate(expression, scope).Diagnostics is [var first, ..] ? $"{first.Ranges[0].Start}: {first.Message}" : "no error";
    }

    public static EvaluationResult Evaluate(string expression, EvaluationScope? scope = null)
    {
        var diagnostics = new DiagnosticBag();
        var parsed = Expression.Parse(expression, "test", diagnostics);
        var value = parsed.Evaluate(scope ?? new EvaluationScope(), diagnostics);
        return new EvaluationResult(value, diagnostics);
    }
}
