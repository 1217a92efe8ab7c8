using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Lengths, elements and membership.</summary>
internal static class CollectionFunctions
{
    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("length", "Returns the number of elements in the given collection.", HclType.Number, [new FunctionParameter("collection", HclType.Dynamic, AllowsUnknown: true)], Length),
        Function("hasindex", "Returns true if if the given collection can be indexed with the given key without producing an error, or false otherwise.", HclType.Bool,
            [Any("collection"), Any("key")], HasIndex),
        Function("index", "Returns the element with the given key from the given collection, or raises an error if there is no such element.", null,
            [Any("collection"), Any("key")], Index),
        Function("element", "Returns the element with the given index from the given list or tuple, applying the modulo operation to the given index if it's greater than the number of elements.", null,
            [new FunctionParameter("list", HclType.Dynamic, AllowsUnknown: true), Numeric("index")], Element),
        Function("contains", "Returns true if the given value is a value in the given list, tuple, or set, or false otherwise.", HclType.Bool, [Any("list"), Any("value")], Contains),
        Function("indexof", "Finds the element index for a given value in a list.", HclType.Number, [Any("list"), Any("value")], IndexOf),
    ];

    private static FunctionResult Length(IReadOnlyList<Value> arguments)
    {
        var collection = arguments[0];
        if (collection.Type.Kind == TypeKind.Tuple)
            return Value.Number(collection.Type.Items.Count);
        if (collection.Type.Kind is not (TypeKind.Dynamic or TypeKind.List or TypeKind.Set or TypeKind.Map))
        {
            return Fail(collection.Type.Kind switch
            {
                TypeKind.Object => "must be a list, set, map or tuple, not an object; keys makes a tuple of its names",
                TypeKind.String => "must be a list, set, map or tuple, not a string; strlen counts characters",
                _ => $"must be a list, set, map or tuple, not {Mismatch.Article(collection.Type)}",
            }, 0);
        }
        return collection.IsKnown ? Value.Number(collection.Count) : Value.Unknown(HclType.Number);
    }

    private static FunctionResult HasIndex(IReadOnlyList<Value> arguments) =>
        arguments[0].Type.Kind is TypeKind.List or TypeKind.Tuple or TypeKind.Map ? Value.Bool(Find(arguments[0], arguments[1]) is not null) : NoCollection(arguments[0]);

    private static FunctionResult Index(IReadOnlyList<Value> arguments)
    {
        var (collection, key) = (arguments[0], arguments[1]);
        if (collection.Type.Kind is not (TypeKind.List or TypeKind.Tuple or TypeKind.Map))
            return NoCollection(collection);
        var wanted = collection.Type.Kind == TypeKind.Map ? HclType.String : HclType.Number;
        if (!key.Type.Equals(wanted))
            return Fail($"must be {Mismatch.Article(wanted)} for {Mismatch.Article(collection.Type)}, not {Mismatch.Article(key.Type)}", 1);
        return Find(collection, key) is { } element ? element : Fail($"names no element: {key}", 1);
    }

    private static Value? Find(Value collection, Value key)
    {
        if (collection.Type.Kind == TypeKind.Map)
            return key.Type.Kind == TypeKind.String && collection.Members.TryGet(key.AsString, out var member) ? member : null;
        return key.Type.Kind == TypeKind.Number && Integers.TryRead(key, out var index) && index >= 0 && index < collection.Count ? collection.Elements[index] : null;
    }

    private static FunctionResult NoCollection(Value value) => Fail($"must be a list, a map or a tuple, not {Mismatch.Article(value.Type)}", 0);

    private static FunctionResult Element(IReadOnlyList<Value> arguments)
    {
        var list = arguments[0];
        if (!IsIndexed(list.Type))
            return list.Type.Kind == TypeKind.Dynamic ? Value.DynamicUnknown : Fail($"must be a list or a tuple, not {Mismatch.Article(list.Type)}", 0);
        if (!arguments[1].AsNumber.TryGetInt64(out var index))
            return Fail(Integers.Required, 1);
        if (!list.IsKnown)
            return Value.Unknown(list.Type.ElementType ?? HclType.Dynamic);
        if (list.Count == 0)
            return Fail("has no elements", 0);
        return list.Elements[(int)(((index % list.Count) + list.Count) % list.Count)];
    }

    private static FunctionResult Contains(IReadOnlyList<Value> arguments) =>
        IsSequence(arguments[0].Type)
            ? Value.Bool(arguments[0].Elements.Any(element => element.IsSameAs(arguments[1]).AsBool))
            : Fail($"must be a list, a tuple or a set, not {Mismatch.Article(arguments[0].Type)}", 0);

    private static FunctionResult IndexOf(IReadOnlyList<Value> arguments)
    {
        if (!IsIndexed(arguments[0].Type))
            return Fail($"must be a list or a tuple, not {Mismatch.Article(arguments[0].Type)}", 0);
        if (arguments[0].Count == 0)
            return Fail("has no elements", 0);
        for (var i = 0; i < arguments[0].Count; i++)
        {
            if (arguments[0].Elements[i].IsSameAs(arguments[1]).AsBool)
                return Value.Number(i);
        }
        return Fail($"is not in the list: {arguments[1]}", 1);
    }
}
