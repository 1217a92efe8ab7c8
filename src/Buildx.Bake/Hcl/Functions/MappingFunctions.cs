using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Maps and objects.</summary>
internal static class MappingFunctions
{
    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("keys", "Returns a list of the keys of the given map in lexicographical order.", null, [Any("inputMap")], Keys),
        Function("values", "Returns the values of elements of a given map, or the values of attributes of a given object, in lexicographic order by key or attribute name.", null,
            [Any("mapping")], Values),
        Function("lookup", "Returns the value of the element with the given key from the given map, or returns the default value if there is no such element.", null,
            [Any("inputMap"), Text("key"), Any("default")], Lookup),
        Function("merge", "Merges all of the elements from the given maps into a single map, or the attributes from given objects into a single object.", null, [],
            Merge, new FunctionParameter("maps", HclType.Dynamic, AllowsNull: true)),
        Function("zipmap", "Constructs a map from a list of keys and a corresponding list of values, which must both be of the same length.", null,
            [new FunctionParameter("keys", HclType.List(HclType.String)), Any("values")], Zip),
    ];

    private static FunctionResult NoMapping(Value value, int argument) => Fail($"must be a map or an object, not {Mismatch.Article(value.Type)}", argument);

    private static FunctionResult Keys(IReadOnlyList<Value> arguments)
    {
        if (!IsMapping(arguments[0].Type))
            return NoMapping(arguments[0], 0);
        var names = arguments[0].Members.Names.Select(Value.String);
        return arguments[0].Type.Kind == TypeKind.Map ? Value.List(HclType.String, names) : Value.Tuple(names);
    }

    private static FunctionResult Values(IReadOnlyList<Value> arguments)
    {
        if (!IsMapping(arguments[0].Type))
            return NoMapping(arguments[0], 0);
        return arguments[0].Type.Kind == TypeKind.Map ? Value.List(arguments[0].Type.ElementType!, arguments[0].Members.Items) : Value.Tuple(arguments[0].Members.Items);
    }

    private static FunctionResult Lookup(IReadOnlyList<Value> arguments)
    {
        var (mapping, key, other) = (arguments[0], arguments[1].AsString, arguments[2]);
        if (!IsMapping(mapping.Type))
            return NoMapping(mapping, 0);
        if (mapping.Type.Kind == TypeKind.Object)
            return mapping.Members.TryGet(key, out var attribute) ? attribute : other;
        var converted = ValueConversion.Convert(other, mapping.Type.ElementType!);
        if (converted.Value is null)
            return Fail($"must have the type of the map's elements: {converted}", 2);
        return mapping.Members.TryGet(key, out var element) ? element : converted.Value;
    }

    private static FunctionResult Merge(IReadOnlyList<Value> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i].Type.Kind == TypeKind.Dynamic)
                return arguments.All(argument => argument.Type.Kind == TypeKind.Dynamic || IsMapping(argument.Type)) ? MergeMembers(arguments, null) : NoMapping(arguments[i], i);
            if (!IsMapping(arguments[i].Type))
                return NoMapping(arguments[i], i);
        }
        // Of one type they stay of it; otherwise an object holds them all.
        return MergeMembers(arguments, arguments.Count > 0 && arguments.All(argument => argument.Type.Equals(arguments[0].Type)) ? arguments[0].Type : null);
    }

    private static Value MergeMembers(IReadOnlyList<Value> arguments, HclType? type)
    {
        var members = arguments.Where(argument => !argument.IsNull).SelectMany(argument => argument.Members);
        return type?.Kind == TypeKind.Map ? Value.Map(type.ElementType!, members) : Value.Object(members);
    }

    private static FunctionResult Zip(IReadOnlyList<Value> arguments)
    {
        var (keys, values) = (arguments[0], arguments[1]);
        if (!IsIndexed(values.Type))
            return Fail($"must be a list or a tuple, not {Mismatch.Article(values.Type)}", 1);
        if (keys.Count != values.Count)
            return Fail($"must be as many as the keys, {keys.Count}, not {values.Count}", 1);
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys.Elements[i].IsNull)
                return Fail($"has null as element {i}", 0);
        }
        var members = keys.Elements.Zip(values.Elements, (key, value) => KeyValuePair.Create(key.AsString, value));
        return values.Type.Kind == TypeKind.Tuple ? Value.Object(members) : Value.Map(values.Type.ElementType!, members);
    }
}
