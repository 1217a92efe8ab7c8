using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl.Functions;

/// <summary>Expressions with the standard library.</summary>
internal static class Library
{
    public static EvaluationScope Scope { get; } = Create();

    public static string Show(string expression) => HclText.Show(expression, Scope);

    public static Value Value(string expression) => HclText.Value(expression, Scope);

    public static string Error(string expression) => HclText.Error(expression, Scope);

    private static EvaluationScope Create()
    {
        var scope = new EvaluationScope();
        StandardLibrary.AddTo(scope);
        return scope;
    }
}
