namespace Buildx.Bake.Hcl.Values;

/// <summary>
/// An immutable value of the language. It may be null, and it may be unknown (of a type, but decided only later); both are so
/// for every type. <see cref="Equals(Value)"/> compares everything, <see cref="IsSameAs"/> is the language's <c>==</c>.
/// </summary>
public sealed partial class Value : IEquatable<Value>
{
    private static readonly object UnknownContent = new();
    private readonly object? _content;

    private Value(HclType type, object? content)
    {
        Type = type;
        _content = content;
    }

    public static Value True { get; } = new(HclType.Bool, true);

    public static Value False { get; } = new(HclType.Bool, false);

    public static Value EmptyString { get; } = new(HclType.String, "");

    public static Value EmptyTuple { get; } = new(HclType.EmptyTuple, Array.Empty<Value>());

    public static Value EmptyObject { get; } = new(HclType.EmptyObject, ValueMembers.Empty);

    /// <summary>The <c>null</c> of no particular type.</summary>
    public static Value DynamicNull { get; } = new(HclType.Dynamic, null);

    /// <summary>A value of which not even the type is known.</summary>
    public static Value DynamicUnknown { get; } = new(HclType.Dynamic, UnknownContent);

    public HclType Type { get; }

    public bool IsNull => _content is null;

    public bool IsKnown => !ReferenceEquals(_content, UnknownContent);

    /// <summary>Neither it nor anything in it is unknown.</summary>
    public bool IsWhollyKnown => IsKnown && (IsNull || !Type.IsIterable || Content.All(element => element.IsWhollyKnown));

    /// <summary>Known and not null, so that its content may be read.</summary>
    public bool HasContent => IsKnown && !IsNull;

    public bool AsBool => (bool)_content!;

    public Number AsNumber => (Number)_content!;

    public string AsString => (string)_content!;

    /// <summary>The elements of a list, set (in their order) or tuple.</summary>
    public IReadOnlyList<Value> Elements => (Value[])_content!;

    /// <summary>The elements of a map or the attributes of an object.</summary>
    public ValueMembers Members => (ValueMembers)_content!;

    /// <summary>The number of elements or members.</summary>
    public int Count => _content is Value[] elements ? elements.Length : Members.Count;

    /// <summary>Elements or members' values, whichever there are.</summary>
    public IEnumerable<Value> Content => _content is Value[] elements ? elements : Members.Items;

    public static Value Bool(bool value) => value ? True : False;

    public static Value Null(HclType type) => type.Kind == TypeKind.Dynamic ? DynamicNull : new(type, null);

    public static Value Unknown(HclType type) => type.Kind == TypeKind.Dynamic ? DynamicUnknown : new(type, UnknownContent);

    /// <summary>A string, in Unicode's composed form (NFC).</summary>
    public static Value String(string value) => value.Length == 0 ? EmptyString : new(HclType.String, Normalization.Compose(value));

    public static Value Number(Number value) => new(HclType.Number, value);

    public static Value Number(long value) => new(HclType.Number, Values.Number.FromInteger(value));

    public static Value List(HclType elementType, IEnumerable<Value> elements) => new(HclType.List(elementType), elements.ToArray());

    /// <summary>A list of at least one element; all have the first one's type.</summary>
    public static Value List(IReadOnlyList<Value> elements) => List(elements[0].Type, elements);

    public static Value Strings(IEnumerable<string> elements) => List(HclType.String, elements.Select(String));

    /// <summary>A set: equal elements are one, and they have an order of their own.</summary>
    public static Value Set(HclType elementType, IEnumerable<Value> elements) => new(HclType.Set(elementType), SetOrder.Arrange(elements));

    public static Value Map(HclType elementType, IEnumerable<KeyValuePair<string, Value>> members) =>
        new(HclType.Map(elementType), ValueMembers.Create(members.Select(member => KeyValuePair.Create(Normalization.Compose(member.Key), member.Value))));

    public static Value Tuple(IEnumerable<Value> elements)
    {
        var all = elements.ToArray();
        return all.Length == 0 ? EmptyTuple : new(HclType.Tuple([.. all.Select(element => element.Type)]), all);
    }

    public static Value Object(IEnumerable<KeyValuePair<string, Value>> members)
    {
        var all = ValueMembers.Create(members.Select(member => KeyValuePair.Create(Normalization.Compose(member.Key), member.Value)));
        return all.Count == 0
            ? EmptyObject
            : new(HclType.Object(TypeMembers.Create(all.Select(member => KeyValuePair.Create(member.Key, member.Value.Type)))), all);
    }

    /// <summary>For messages and tests: JSON of what is known.</summary>
    public override string ToString() => !IsKnown ? $"(unknown {TypeNames.Constraint(Type)})" : IsWhollyKnown ? ValueJson.Write(this) : $"({TypeNames.Constraint(Type)}, partly unknown)";
}
