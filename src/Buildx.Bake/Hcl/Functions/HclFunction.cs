using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>A function of the language. <paramref name="body"/> gets arguments that were counted, converted and checked.</summary>
/// <param name="resultType">What an unknown argument makes of the result; null when that depends on the arguments.</param>
public sealed class HclFunction(
    string name,
    IReadOnlyList<FunctionParameter> parameters,
    HclType? resultType,
    Func<IReadOnlyList<Value>, FunctionResult> body,
    FunctionParameter? variadicParameter = null,
    string description = "")
{
    public string Name { get; } = name;

    public IReadOnlyList<FunctionParameter> Parameters { get; } = parameters;

    /// <summary>Takes all arguments behind the others, if the function has one.</summary>
    public FunctionParameter? VariadicParameter { get; } = variadicParameter;

    public string Description { get; } = description;

    internal HclType? ResultType { get; } = resultType;

    /// <summary>Of the few functions that read their arguments' expressions themselves, because an error or a type is what they are about.</summary>
    internal Func<IReadOnlyList<Expression>, EvaluationScope, DiagnosticBag, FunctionResult>? CallWithExpressions { get; init; }

    /// <summary>The parameter for an argument, counted from 0; null when there are too many.</summary>
    public FunctionParameter? ParameterAt(int index) => index < Parameters.Count ? Parameters[index] : VariadicParameter;

    /// <summary>Converts and checks the arguments, and calls. Never throws.</summary>
    public FunctionResult Call(IReadOnlyList<Value> arguments)
    {
        if (arguments.Count < Parameters.Count)
            return FunctionResult.Fail($"needs {Signature.Count(this)}, got {arguments.Count}; missing is {Parameters[arguments.Count].Name}");
        var converted = new Value[arguments.Count];
        var isUnknown = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (ParameterAt(i) is not { } parameter)
                return FunctionResult.Fail($"needs {Signature.Count(this)}, got {arguments.Count}", i);
            var argument = arguments[i];
            if (argument.IsNull && !parameter.AllowsNull)
                return FunctionResult.Fail("must not be null", i);
            var conversion = ValueConversion.Convert(argument, parameter.Type);
            if (conversion.Value is not { } value)
                return FunctionResult.Fail(conversion.Error!, i);
            converted[i] = value;
            isUnknown |= !parameter.AllowsUnknown && !value.IsWhollyKnown;
        }
        return isUnknown ? Value.Unknown(ResultType ?? HclType.Dynamic) : body(converted);
    }
}
