namespace Buildx.Bake.Hcl.Values;

/// <summary>Conversions of values to types, as they happen for arguments, operands and declared types.</summary>
public static class ValueConversion
{
    /// <summary>The value as one of that type, or why it is none. Members of an object that the type does not name are dropped.</summary>
    public static ConversionResult Convert(Value value, HclType type)
    {
        if (value.Type.Equals(type))
            return value;
        return TypeConversion.IsPossible(value.Type, type, isSafe: false) ? ConvertPossible(value, type) : ConversionResult.Fail(Mismatch.Describe(value.Type, type));
    }

    public static ConversionResult ToText(Value value) => Convert(value, HclType.String);

    internal static Value Require(Value value, HclType type) =>
        Convert(value, type).Value ?? throw new InvalidOperationException($"{value.Type} was found convertible to {type}");

    private static ConversionResult ConvertPossible(Value value, HclType type)
    {
        if (type.Kind == TypeKind.Dynamic || value.Type.Equals(type))
            return value;
        if (!value.HasContent)
        {
            var known = TypeConversion.FillIn(value.Type, type.WithoutOptionalMembers());
            return value.IsNull ? Value.Null(known) : Value.Unknown(known);
        }
        return type.Kind switch
        {
            TypeKind.List or TypeKind.Set => ToSequence(value, type),
            TypeKind.Map => ToMap(value, type),
            TypeKind.Tuple => ToTuple(value, type),
            TypeKind.Object => ToObject(value, type),
            _ => ToPrimitive(value, type),
        };
    }

    private static ConversionResult ToPrimitive(Value value, HclType type) => (value.Type.Kind, type.Kind) switch
    {
        (TypeKind.Number, TypeKind.String) => Value.String(value.AsNumber.ToString()),
        (TypeKind.Bool, TypeKind.String) => Value.String(value.AsBool ? "true" : "false"),
        (TypeKind.String, TypeKind.Number) => Number.TryParse(value.AsString, out var number)
            ? Value.Number(number)
            : ConversionResult.Fail($"a number is required, and {Mismatch.Quote(value.AsString)} is none"),
        _ => value.AsString switch
        {
            "true" or "1" => Value.True,
            "false" or "0" => Value.False,
            var text when text.Equals("true", StringComparison.OrdinalIgnoreCase) => ConversionResult.Fail("a bool is required; write it \"true\", in lower case"),
            var text when text.Equals("false", StringComparison.OrdinalIgnoreCase) => ConversionResult.Fail("a bool is required; write it \"false\", in lower case"),
            var text => ConversionResult.Fail($"a bool is required, and {Mismatch.Quote(text)} is none"),
        },
    };

    private static ConversionResult ToSequence(Value value, HclType type)
    {
        var elementType = type.ElementType!;
        if (elementType.Kind == TypeKind.Dynamic)
            elementType = value.Type.ElementType ?? TypeConversion.Unify(value.Type.Items, isSafe: false) ?? HclType.Dynamic;
        var elements = new List<Value>(value.Count);
        foreach (var element in value.Elements)
        {
            var converted = ConvertPossible(element, elementType);
            if (converted.Value is null)
                return converted.Inside($"[{elements.Count}]");
            elements.Add(converted.Value);
        }
        if (MakeUniform(elements) is not { } uniform)
            return ConversionResult.Fail("the elements have no type in common");
        var common = elements.Count == 0 ? elementType.WithoutOptionalMembers() : uniform;
        return type.Kind == TypeKind.List ? Value.List(common, elements) : Value.Set(common, elements);
    }

    private static ConversionResult ToMap(Value value, HclType type)
    {
        var elementType = type.ElementType!;
        if (elementType.Kind == TypeKind.Dynamic)
            elementType = value.Type.ElementType ?? TypeConversion.Unify([.. value.Type.Members.Items], isSafe: false) ?? HclType.Dynamic;
        var elements = new List<Value>(value.Count);
        foreach (var (name, element) in value.Members)
        {
            var converted = ConvertPossible(element, elementType);
            if (converted.Value is null)
                return converted.Inside($"[{Mismatch.Quote(name)}]");
            elements.Add(converted.Value);
        }
        if (MakeUniform(elements) is not { } uniform)
            return ConversionResult.Fail("the elements have no type in common");
        return Value.Map(elements.Count == 0 ? elementType.WithoutOptionalMembers() : uniform, value.Members.Names.Zip(elements, KeyValuePair.Create));
    }

    private static ConversionResult ToTuple(Value value, HclType type)
    {
        var elements = new Value[value.Count];
        for (var i = 0; i < elements.Length; i++)
        {
            var converted = ConvertPossible(value.Elements[i], type.Items[i]);
            if (converted.Value is null)
                return converted.Inside($"[{i}]");
            elements[i] = converted.Value;
        }
        return Value.Tuple(elements);
    }

    private static ConversionResult ToObject(Value value, HclType type)
    {
        var members = new List<KeyValuePair<string, Value>>(type.Members.Count);
        foreach (var (name, memberType) in type.Members)
        {
            if (!value.Members.TryGet(name, out var member))
            {
                if (!type.OptionalMembers.Contains(name))
                    return ConversionResult.Fail($"the map has no element {Mismatch.Quote(name)}, which is required");
                members.Add(KeyValuePair.Create(name, Value.Null(memberType.WithoutOptionalMembers())));
                continue;
            }
            // A map's elements may fit some optional members and not others.
            if (!TypeConversion.IsPossible(member.Type, memberType, isSafe: false))
                return ConversionResult.Fail(Mismatch.Describe(member.Type, memberType)).Inside("." + name);
            var converted = ConvertPossible(member, memberType);
            if (converted.Value is null)
                return converted.Inside("." + name);
            members.Add(KeyValuePair.Create(name, converted.Value));
        }
        return Value.Object(members);
    }

    /// <summary>Gives all elements one type, where what the wanted type left open came out differently.</summary>
    private static HclType? MakeUniform(List<Value> elements)
    {
        if (elements.Count == 0)
            return HclType.Dynamic;
        var first = elements[0].Type;
        if (elements.TrueForAll(element => element.Type.Equals(first)))
            return first;
        if (TypeConversion.Unify([.. elements.Select(element => element.Type)], isSafe: false) is not { } common)
            return null;
        for (var i = 0; i < elements.Count; i++)
        {
            if (Convert(elements[i], common).Value is not { } converted || !converted.Type.Equals(common))
                return null;
            elements[i] = converted;
        }
        return common;
    }
}
