using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

internal sealed class CallExpression(string name, IReadOnlyList<Expression> arguments, bool expandsLast, CallRanges ranges)
    : Expression(ranges.Name.To(ranges.CloseParenthesis))
{
    public override StaticCall AsCall() => new(name, ranges.Name, arguments, Range);

    internal override void CollectReferences(ReferenceCollector collector)
    {
        collector.Add(new FunctionReference(name, ranges.Name));
        // The names of types in "convert(x, list(string))" are no variables.
        var isConversion = name == "convert" && arguments.Count == 2 && TypeExpression.Read(arguments[1], []) is not null;
        foreach (var argument in isConversion ? arguments.Take(1) : arguments)
            collector.Visit(argument);
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        if (scope.FindFunction(name) is not { } function)
        {
            diagnostics.Error(ranges.Name, $"there is no function \"{name}\"", name switch
            {
                "tostring" => "a template makes a string of a value: \"${...}\"",
                "tonumber" => "a string of digits is a number where one is wanted",
                _ => Suggestion.Find(name, scope.FunctionNames) is { } near ? $"did you mean {near}?" : null,
            });
            return Value.DynamicUnknown;
        }
        if (Expand(scope, diagnostics) is not { } given || !IsCountRight(function, given, diagnostics))
            return Value.DynamicUnknown;
        if (function.CallWithExpressions is { } special)
            return Report(special(given, scope, diagnostics), function, given, diagnostics);
        var errors = new DiagnosticBag();
        var values = new Value[given.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Convert(given[i].Evaluate(scope, errors), function.ParameterAt(i)!, given[i], function, errors);
        diagnostics.AddRange(errors);
        return errors.HasErrors ? Value.DynamicUnknown : Report(function.Call(values), function, given, diagnostics);
    }

    private Value Convert(Value value, FunctionParameter parameter, Expression argument, HclFunction function, DiagnosticBag errors)
    {
        var converted = ValueConversion.Convert(value, parameter.Type);
        if (converted.Value is null)
            errors.Error(argument.Range, $"{name}: {parameter.Name} does not fit: {converted}", Hint(function));
        return converted.Value ?? Value.Unknown(parameter.Type);
    }

    private Value Report(FunctionResult result, HclFunction function, IReadOnlyList<Expression> given, DiagnosticBag diagnostics)
    {
        if (result.Value is { } value)
            return value;
        if (result.Argument is { } index && index < given.Count && function.ParameterAt(index) is { } parameter)
            diagnostics.Error(given[index].Range, $"{name}: {parameter.Name} {result.Error}", Hint(function));
        else
            diagnostics.Error(ranges.Name.To(ranges.OpenParenthesis), $"{name}: {result.Error}", Hint(function));
        return Value.DynamicUnknown;
    }

    private bool IsCountRight(HclFunction function, IReadOnlyList<Expression> given, DiagnosticBag diagnostics)
    {
        if (given.Count < function.Parameters.Count)
        {
            diagnostics.Error(ranges.CloseParenthesis, $"{name} needs {Signature.Count(function)}; {function.Parameters[given.Count].Name} is missing", Hint(function));
            return false;
        }
        if (given.Count > function.Parameters.Count && function.VariadicParameter is null)
        {
            diagnostics.Error(given[function.Parameters.Count].Range, $"{name} takes only {Signature.Count(function)}", Hint(function));
            return false;
        }
        return true;
    }

    private static string Hint(HclFunction function) => $"the function is {Signature.Write(function)}";

    /// <summary>The arguments, with the elements of an expanded last one.</summary>
    private IReadOnlyList<Expression>? Expand(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        if (!expandsLast)
            return arguments;
        var last = arguments[^1];
        var errors = new DiagnosticBag();
        var value = last.Evaluate(scope, errors);
        diagnostics.AddRange(errors);
        if (errors.HasErrors || (!value.IsKnown && value.Type.Kind is TypeKind.Dynamic or TypeKind.List or TypeKind.Set or TypeKind.Tuple))
            return null;
        if (value.IsNull || value.Type.Kind is not (TypeKind.List or TypeKind.Set or TypeKind.Tuple))
        {
            diagnostics.Error(last.Range, $"... expands a list, set or tuple, not {(value.IsNull ? "null" : Mismatch.Article(value.Type))}");
            return null;
        }
        return [.. arguments.SkipLast(1), .. value.Elements.Select(element => new LiteralExpression(element, last.Range))];
    }
}
