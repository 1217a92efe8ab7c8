using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Functions that are about their arguments' expressions rather than the values.</summary>
internal static class ExpressionFunctions
{
    public static IReadOnlyList<HclFunction> All { get; } =
    [
        new HclFunction("can", [Raw("expression")], HclType.Bool, _ => Value.True, null, "Tries to evaluate the expression given in its first argument.") { CallWithExpressions = Can },
        new HclFunction("try", [], null, Try, Raw("expressions"), "Variadic function that tries to evaluate all of is arguments in sequence until one succeeds, in which case it returns that result, or returns an error if none of them succeed.") { CallWithExpressions = Try },
        new HclFunction("convert", [Raw("value"), Raw("type")], null, _ => Fail("needs the name of a type", 1), null, "Converts a value to a specified type constraint, using HCL's customdecode extension for type expression support.") { CallWithExpressions = Convert },
    ];

    private static FunctionResult Can(IReadOnlyList<Expression> expressions, EvaluationScope scope, DiagnosticBag diagnostics) => Value.Bool(!expressions[0].Evaluate(scope).HasErrors);

    // Values have no errors left.
    private static FunctionResult Try(IReadOnlyList<Value> values) => values.Count > 0 ? values[0] : Fail("needs at least one argument");

    private static FunctionResult Try(IReadOnlyList<Expression> expressions, EvaluationScope scope, DiagnosticBag diagnostics)
    {
        if (expressions.Count == 0)
            return Fail("needs at least one argument");
        var errors = new List<string>();
        foreach (var expression in expressions)
        {
            var result = expression.Evaluate(scope);
            if (!result.HasErrors)
                return result.Value;
            errors.AddRange(result.Diagnostics.Select(diagnostic => $"{diagnostic.Ranges[0].Start}: {diagnostic.Message}"));
        }
        return Fail($"no argument can be evaluated ({string.Join("; ", errors)})");
    }

    private static FunctionResult Convert(IReadOnlyList<Expression> expressions, EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var errors = new DiagnosticBag();
        var value = expressions[0].Evaluate(scope, errors);
        var type = TypeExpression.Read(expressions[1], errors);
        diagnostics.AddRange(errors);
        if (errors.HasErrors || type is null)
            return Value.DynamicUnknown;
        var converted = ValueConversion.Convert(value, type);
        return converted.Value is { } result ? result : Fail($"does not fit: {converted}", 0);
    }
}
