using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

internal static class FormatFunctions
{
    private static readonly HclType Strings = HclType.List(HclType.String);

    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("format", "Constructs a string by applying formatting verbs to a series of arguments, using a similar syntax to the C function \"printf\".", HclType.String,
            [Text("format")], Format, Raw("args")),
        Function("formatlist", "Constructs a list of strings by applying formatting verbs to a series of arguments, using a similar syntax to the C function \"printf\".", Strings,
            [Text("format")], FormatList, Raw("args")),
    ];

    private static FunctionResult Format(IReadOnlyList<Value> arguments) =>
        arguments.All(argument => argument.IsWhollyKnown) ? FormatWriter.Write(arguments[0].AsString, [.. arguments.Skip(1)]) : Value.Unknown(HclType.String);

    private static FunctionResult FormatList(IReadOnlyList<Value> arguments)
    {
        if (!arguments.All(argument => argument.IsWhollyKnown))
            return Value.Unknown(Strings);
        int? length = null;
        for (var i = 1; i < arguments.Count; i++)
        {
            if (!IsList(arguments[i]))
                continue;
            if (length is { } first && first != arguments[i].Count)
                return Fail($"has {arguments[i].Count} elements, and a list before it has {first}; all must be equally long", i);
            length = arguments[i].Count;
        }
        var results = new List<Value>();
        for (var round = 0; round < (length ?? 1); round++)
        {
            var index = round;
            var result = FormatWriter.Write(arguments[0].AsString, [.. arguments.Skip(1).Select(argument => IsList(argument) ? argument.Elements[index] : argument)]);
            if (result.Value is null)
                return result;
            results.Add(result.Value);
        }
        return Value.List(HclType.String, results);
    }

    private static bool IsList(Value value) => IsSequence(value.Type) && !value.IsNull;
}
