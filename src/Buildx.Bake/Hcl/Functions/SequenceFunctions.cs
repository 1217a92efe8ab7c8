using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>New lists and tuples of old ones.</summary>
internal static class SequenceFunctions
{
    private static readonly HclType Lists = HclType.List(HclType.Dynamic);
    private static readonly HclType Strings = HclType.List(HclType.String);

    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("concat", "Concatenates together all of the given lists or tuples into a single sequence, preserving the input order.", null, [], Concat, Any("seqs")),
        Function("coalescelist", "Returns the first of the given sequences that has a length greater than zero.", null, [], CoalesceList, Raw("vals")),
        Function("compact", "Removes all empty string elements from the given list of strings.", Strings, [new FunctionParameter("list", Strings)],
            arguments => Value.List(HclType.String, arguments[0].Elements.Where(element => !element.IsNull && element.AsString.Length > 0))),
        Function("distinct", "Removes any duplicate values from the given list, preserving the order of remaining elements.", null, [new FunctionParameter("list", Lists)],
            arguments => Value.List(arguments[0].Type.ElementType!, arguments[0].Elements.Distinct())),
        Function("chunklist", "Splits a single list into multiple lists where each has at most the given number of elements.", null,
            [new FunctionParameter("list", Lists), Numeric("size")], Chunk),
        Function("flatten", "Transforms a list, set, or tuple value into a tuple by replacing any given elements that are themselves sequences with a flattened tuple of all of the nested elements concatenated together.", null,
            [Any("list")], arguments => IsSequence(arguments[0].Type) ? Value.Tuple(Flatten(arguments[0])) : Fail($"must be a list, a set or a tuple, not {Mismatch.Article(arguments[0].Type)}", 0)),
        Function("reverselist", "Returns the given list with its elements in reverse order.", null, [Any("list")], Reverse),
        Function("slice", "Extracts a subslice of the given list or tuple value.", null, [Any("list"), Numeric("start_index"), Numeric("end_index")], Slice),
    ];

    private static FunctionResult Concat(IReadOnlyList<Value> arguments)
    {
        if (arguments.Count == 0)
            return Fail("needs at least one list or tuple");
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!IsIndexed(arguments[i].Type))
                return Fail($"must all be lists or tuples, not {Mismatch.Article(arguments[i].Type)}", i);
        }
        var types = arguments.Select(argument => argument.Type).ToList();
        if (types.TrueForAll(type => type.Kind == TypeKind.List) && TypeConversion.Unify(types, isSafe: false) is { } common)
        {
            var elements = new List<Value>();
            for (var i = 0; i < arguments.Count; i++)
            {
                var converted = ValueConversion.Convert(arguments[i], common);
                if (converted.Value is null)
                    return Fail(converted.ToString(), i);
                elements.AddRange(converted.Value.Elements);
            }
            return Value.List(common.ElementType!, elements);
        }
        return Value.Tuple(arguments.SelectMany(argument => argument.Elements));
    }

    private static FunctionResult CoalesceList(IReadOnlyList<Value> arguments)
    {
        if (arguments.Count == 0)
            return Fail("needs at least one list or tuple");
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].IsKnown)
                return Value.DynamicUnknown;
            if (!IsIndexed(arguments[i].Type))
                return Fail($"must all be lists or tuples, not {Mismatch.Article(arguments[i].Type)}", i);
        }
        return arguments.FirstOrDefault(argument => !argument.IsNull && argument.Count > 0) is { } found ? found : Fail("all arguments are null or empty");
    }

    private static FunctionResult Chunk(IReadOnlyList<Value> arguments)
    {
        if (!Integers.TryRead(arguments[1], out var size) || size < 0)
            return Fail("must be a whole number and not negative", 1);
        var list = arguments[0];
        // Of size 0 there is one chunk, with everything.
        var chunks = list.Count == 0 ? [] : size == 0 ? [list] : list.Elements.Chunk(size).Select(chunk => Value.List(list.Type.ElementType!, chunk));
        return Value.List(list.Type, chunks);
    }

    private static IEnumerable<Value> Flatten(Value sequence) =>
        sequence.Elements.SelectMany(element => !element.IsNull && IsSequence(element.Type) ? Flatten(element) : [element]);

    private static FunctionResult Reverse(IReadOnlyList<Value> arguments)
    {
        var list = arguments[0];
        if (!IsSequence(list.Type))
            return Fail($"must be a list or a tuple, not {Mismatch.Article(list.Type)}", 0);
        return list.Type.Kind == TypeKind.Tuple ? Value.Tuple(list.Elements.Reverse()) : Value.List(list.Type.ElementType!, list.Elements.Reverse());
    }

    private static FunctionResult Slice(IReadOnlyList<Value> arguments)
    {
        var list = arguments[0];
        if (!IsIndexed(list.Type))
            return Fail(list.Type.Kind == TypeKind.Set ? "is a set, whose elements have no index; convert it to a list first" : $"must be a list or a tuple, not {Mismatch.Article(list.Type)}", 0);
        for (var i = 1; i <= 2; i++)
        {
            if (!Integers.TryRead(arguments[i], out var index) || index < 0 || index > list.Count)
                return Fail($"must be a whole number from 0 to the length, which is {list.Count}", i);
        }
        _ = Integers.TryRead(arguments[1], out var start);
        _ = Integers.TryRead(arguments[2], out var end);
        if (start > end)
            return Fail("must not be greater than the end", 1);
        var elements = list.Elements.Skip(start).Take(end - start);
        return list.Type.Kind == TypeKind.Tuple ? Value.Tuple(elements) : Value.List(list.Type.ElementType!, elements);
    }
}
