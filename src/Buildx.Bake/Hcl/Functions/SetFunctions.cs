using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

internal static class SetFunctions
{
    private const int LargestProduct = 100_000;
    private static readonly HclType Sets = HclType.Set(HclType.Dynamic);

    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("sethaselement", "Returns true if the given set contains the given element, or false otherwise.", HclType.Bool, [new FunctionParameter("set", Sets), Any("elem")],
            arguments => Value.Bool(arguments[0].Elements.Contains(arguments[1]))),
        Operation("setunion", "Returns the union of all given sets.", (left, right) => left.Concat(right)),
        Operation("setintersection", "Returns the intersection of all given sets.", (left, right) => left.Intersect(right)),
        Operation("setsymmetricdifference", "Returns the symmetric difference of the two given sets.", SymmetricDifference),
        Function("setsubtract", "Returns the relative complement of the two given sets.", null, [new FunctionParameter("a", Sets), new FunctionParameter("b", Sets)],
            arguments => Combine(arguments, (left, right) => left.Except(right))),
        Function("setproduct", "Calculates the cartesian product of two or more sets.", null, [], Product, Any("sets")),
    ];

    private static HclFunction Operation(string name, string description, Func<IEnumerable<Value>, IEnumerable<Value>, IEnumerable<Value>> combine) =>
        Function(name, description, null, [new FunctionParameter("first_set", Sets)], arguments => Combine(arguments, combine), new FunctionParameter("other_sets", Sets));

    private static IEnumerable<Value> SymmetricDifference(IEnumerable<Value> left, IEnumerable<Value> right)
    {
        var (first, second) = (left.ToList(), right.ToList());
        return first.Except(second).Concat(second.Except(first)).ToList();
    }

    private static FunctionResult Combine(IReadOnlyList<Value> arguments, Func<IEnumerable<Value>, IEnumerable<Value>, IEnumerable<Value>> combine)
    {
        // An empty literal fits every other set.
        var types = arguments.Where(argument => argument.Count > 0 || argument.Type.ElementType!.Kind != TypeKind.Dynamic).Select(argument => argument.Type.ElementType!).ToList();
        var elementType = types.Count == 0 ? HclType.Dynamic : TypeConversion.Unify(types, isSafe: false);
        if (elementType is null)
            return Fail("the elements of all sets must have one type");
        var type = HclType.Set(elementType);
        IEnumerable<Value> result = [];
        for (var i = 0; i < arguments.Count; i++)
        {
            var converted = ValueConversion.Convert(arguments[i], type);
            if (converted.Value is not { } set)
                return Fail(converted.ToString(), i);
            result = i == 0 ? set.Elements : combine(result, set.Elements).ToList();
        }
        return Value.Set(elementType, result);
    }

    private static FunctionResult Product(IReadOnlyList<Value> arguments)
    {
        if (arguments.Count < 2)
            return Fail("needs at least two sets or lists");
        var types = new HclType[arguments.Count];
        long count = 1;
        for (var i = 0; i < arguments.Count; i++)
        {
            var type = arguments[i].Type;
            if (!IsSequence(type))
                return Fail($"must all be sets or lists, not {Mismatch.Article(type)}", i);
            if (type.Kind != TypeKind.Tuple)
                types[i] = type.ElementType!;
            else if (type.Items.Count == 0)
                types[i] = HclType.Dynamic;
            else if (TypeConversion.Unify(type.Items, isSafe: false) is { } common)
                types[i] = common;
            else
                return Fail("must have elements of one type", i);
            count *= arguments[i].Count;
            if (count > LargestProduct)
                return Fail($"makes more than {LargestProduct} elements");
        }
        var tuples = new List<Value[]> { Array.Empty<Value>() };
        for (var i = 0; i < arguments.Count; i++)
        {
            var elements = new List<Value>();
            foreach (var element in arguments[i].Elements)
            {
                var converted = ValueConversion.Convert(element, types[i]);
                if (converted.Value is null)
                    return Fail(converted.ToString(), i);
                elements.Add(converted.Value);
            }
            tuples = [.. tuples.SelectMany(tuple => elements.Select(element => (Value[])[.. tuple, element]))];
        }
        var elementType = HclType.Tuple(types);
        var results = tuples.Select(Value.Tuple);
        return arguments.All(argument => IsIndexed(argument.Type)) ? Value.List(elementType, results) : Value.Set(elementType, results);
    }
}
