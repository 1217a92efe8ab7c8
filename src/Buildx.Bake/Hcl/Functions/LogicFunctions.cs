using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Truth and equality.</summary>
internal static class LogicFunctions
{
    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("and", "Applies the logical AND operation to the given boolean values.", HclType.Bool, [Flag("a"), Flag("b")],
            arguments => Value.Bool(arguments[0].AsBool && arguments[1].AsBool)),
        Function("or", "Applies the logical OR operation to the given boolean values.", HclType.Bool, [Flag("a"), Flag("b")],
            arguments => Value.Bool(arguments[0].AsBool || arguments[1].AsBool)),
        Function("not", "Applies the logical NOT operation to the given boolean value.", HclType.Bool, [Flag("val")],
            arguments => Value.Bool(!arguments[0].AsBool)),
        Function("equal", "Returns true if the two given values are equal, or false otherwise.", HclType.Bool, [Raw("a"), Raw("b")],
            arguments => arguments[0].IsSameAs(arguments[1])),
        Function("notequal", "Returns false if the two given values are equal, or true otherwise.", HclType.Bool, [Raw("a"), Raw("b")],
            arguments => arguments[0].IsSameAs(arguments[1]) is { IsKnown: true } same ? Value.Bool(!same.AsBool) : Value.Unknown(HclType.Bool)),
        Function("coalesce", "Returns the first of the given arguments that isn't null, or raises an error if there are no non-null arguments.", null, [],
            Coalesce, Raw("vals")),
    ];

    private static FunctionResult Coalesce(IReadOnlyList<Value> arguments)
    {
        if (TypeConversion.Unify([.. arguments.Select(argument => argument.Type)], isSafe: false) is not { } type)
            return Fail(arguments.Count == 0 ? "needs at least one argument" : "all arguments must have one type");
        foreach (var argument in arguments)
        {
            if (!argument.IsKnown)
                return Value.Unknown(type);
            if (argument.IsNull)
                continue;
            var converted = ValueConversion.Convert(argument, type);
            return converted.Value is { } value ? value : Fail(converted.ToString());
        }
        return Fail("all arguments are null");
    }
}
