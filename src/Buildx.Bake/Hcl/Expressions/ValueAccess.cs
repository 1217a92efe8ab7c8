using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>Attributes and elements of values.</summary>
internal static class ValueAccess
{
    public static Value Follow(Value value, IReadOnlyList<TraversalStep> steps, DiagnosticBag diagnostics)
    {
        foreach (var step in steps)
            value = step.Name is { } name ? Attribute(value, name, step.Range, diagnostics) : Index(value, step.Key!, step.Range, diagnostics);
        return value;
    }

    public static Value Index(Value collection, Value key, SourceRange range, DiagnosticBag diagnostics)
    {
        if (collection.IsNull || key.IsNull)
            return Fail(range, collection.IsNull ? "null has no elements" : "null is no index", null, diagnostics);
        if (collection.Type.Kind == TypeKind.Dynamic || key.Type.Kind == TypeKind.Dynamic)
            return Value.DynamicUnknown;
        return collection.Type.Kind switch
        {
            TypeKind.List or TypeKind.Tuple => Element(collection, key, range, diagnostics),
            TypeKind.Map or TypeKind.Object => Member(collection, key, range, diagnostics),
            TypeKind.Set => Fail(range, "the elements of a set have no index", "a \"for\" goes through all of them", diagnostics),
            _ => Fail(range, $"{Mismatch.Article(collection.Type)} has no elements", null, diagnostics),
        };
    }

    public static Value Attribute(Value value, string name, SourceRange range, DiagnosticBag diagnostics)
    {
        if (value.IsNull)
            return Fail(range, $"null has no attribute \"{name}\"", null, diagnostics);
        switch (value.Type.Kind)
        {
            case TypeKind.Dynamic:
                return Value.DynamicUnknown;
            case TypeKind.Object:
                if (!value.Type.Members.TryGet(name, out var type))
                    return Fail(range, $"the object has no attribute \"{name}\"", Near(name, value.Type.Members.Names), diagnostics);
                return value.IsKnown ? value.Members[name] : Value.Unknown(type);
            case TypeKind.Map:
                if (!value.IsKnown)
                    return Value.Unknown(value.Type.ElementType!);
                return value.Members.TryGet(name, out var element) ? element : Fail(range, $"the map has no element \"{name}\"", Near(name, value.Members.Names), diagnostics);
            case TypeKind.List or TypeKind.Set or TypeKind.Tuple:
                return Fail(range, $"{Mismatch.Article(value.Type)} has no attribute \"{name}\"", value.Type.Kind == TypeKind.Set
                    ? $"[*].{name} takes it of every element"
                    : $"[0].{name} takes it of the first element, [*].{name} of every one", diagnostics);
            default:
                return Fail(range, $"{Mismatch.Article(value.Type)} has no attributes", null, diagnostics);
        }
    }

    private static Value Element(Value collection, Value key, SourceRange range, DiagnosticBag diagnostics)
    {
        var converted = ValueConversion.Convert(key, HclType.Number);
        if (converted.Value is not { } number)
            return Fail(range, $"the index of {Mismatch.Article(collection.Type)} does not fit: {converted}", null, diagnostics);
        if (!number.IsKnown || !collection.IsKnown)
            return Value.Unknown(collection.Type.ElementType ?? HclType.Dynamic);
        if (number.AsNumber.TryGetInt32(out var index) && index >= 0 && index < collection.Count)
            return collection.Elements[index];
        var why = !number.AsNumber.IsInteger ? $"{number.AsNumber} is no whole number"
            : number.AsNumber.Sign < 0 ? "it must not be negative"
            : collection.Count == 0 ? "there are no elements"
            : $"the last element is {collection.Count - 1}";
        return Fail(range, $"there is no element {number.AsNumber}: {why}", null, diagnostics);
    }

    private static Value Member(Value collection, Value key, SourceRange range, DiagnosticBag diagnostics)
    {
        var converted = ValueConversion.ToText(key);
        var what = collection.Type.Kind == TypeKind.Map ? "map" : "object";
        if (converted.Value is not { } text)
            return Fail(range, $"the key of a {what} does not fit: {converted}", null, diagnostics);
        if (!text.IsKnown)
            return Value.Unknown(collection.Type.ElementType ?? HclType.Dynamic);
        var name = text.AsString;
        if (!collection.IsKnown)
        {
            return collection.Type.Kind == TypeKind.Map ? Value.Unknown(collection.Type.ElementType!)
                : collection.Type.Members.TryGet(name, out var type) ? Value.Unknown(type)
                : Fail(range, $"the object has no attribute {Mismatch.Quote(name)}", Near(name, collection.Type.Members.Names), diagnostics);
        }
        return collection.Members.TryGet(name, out var member)
            ? member
            : Fail(range, $"the {what} has no {(what == "map" ? "element" : "attribute")} {Mismatch.Quote(name)}", Near(name, collection.Members.Names), diagnostics);
    }

    private static string? Near(string name, IEnumerable<string> known) => Suggestion.Find(name, known) is { } near ? $"did you mean {near}?" : null;

    private static Value Fail(SourceRange range, string message, string? hint, DiagnosticBag diagnostics)
    {
        diagnostics.Error(range, message, hint);
        return Value.DynamicUnknown;
    }
}
