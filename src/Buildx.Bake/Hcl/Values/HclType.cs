namespace Buildx.Bake.Hcl.Values;

/// <summary>The type of a <see cref="Value"/>. Equal by structure.</summary>
public sealed class HclType : IEquatable<HclType>
{
    private static readonly TypeMembers NoMembers = TypeMembers.Create([]);
    private readonly int _hash;

    private HclType(TypeKind kind, HclType? element = null, IReadOnlyList<HclType>? items = null, TypeMembers? members = null, IReadOnlySet<string>? optional = null)
    {
        Kind = kind;
        ElementType = element;
        Items = items ?? [];
        Members = members ?? NoMembers;
        OptionalMembers = optional ?? EmptySet;
        _hash = ComputeHash();
    }

    public static HclType Dynamic { get; } = new(TypeKind.Dynamic);

    public static HclType Bool { get; } = new(TypeKind.Bool);

    public static HclType Number { get; } = new(TypeKind.Number);

    public static HclType String { get; } = new(TypeKind.String);

    public static HclType EmptyTuple { get; } = new(TypeKind.Tuple);

    public static HclType EmptyObject { get; } = new(TypeKind.Object);

    public TypeKind Kind { get; }

    /// <summary>Of a list, set or map; null otherwise.</summary>
    public HclType? ElementType { get; }

    /// <summary>The types of a tuple's elements.</summary>
    public IReadOnlyList<HclType> Items { get; }

    /// <summary>The names and types of an object's attributes, by name.</summary>
    public TypeMembers Members { get; }

    /// <summary>Those attributes of an object type that a value to be converted to it may lack. Only type constraints have them.</summary>
    public IReadOnlySet<string> OptionalMembers { get; }

    public bool IsPrimitive => Kind is TypeKind.Bool or TypeKind.Number or TypeKind.String;

    public bool IsCollection => Kind is TypeKind.List or TypeKind.Set or TypeKind.Map;

    /// <summary>Something one can go through: list, set, map, tuple or object.</summary>
    public bool IsIterable => IsCollection || Kind is TypeKind.Tuple or TypeKind.Object;

    /// <summary>Whether the type leaves something open.</summary>
    public bool HasDynamic => Kind switch
    {
        TypeKind.Dynamic => true,
        TypeKind.List or TypeKind.Set or TypeKind.Map => ElementType!.HasDynamic,
        TypeKind.Tuple => Items.Any(item => item.HasDynamic),
        TypeKind.Object => Members.Any(member => member.Value.HasDynamic),
        _ => false,
    };

    private static IReadOnlySet<string> EmptySet { get; } = new HashSet<string>();

    public static HclType List(HclType element) => new(TypeKind.List, element);

    public static HclType Set(HclType element) => new(TypeKind.Set, element);

    public static HclType Map(HclType element) => new(TypeKind.Map, element);

    public static HclType Tuple(IReadOnlyList<HclType> items) => items.Count == 0 ? EmptyTuple : new(TypeKind.Tuple, items: items);

    public static HclType Object(TypeMembers members, IReadOnlySet<string>? optional = null) =>
        members.Count == 0 ? EmptyObject : new(TypeKind.Object, members: members, optional: optional is { Count: > 0 } ? optional : null);

    /// <summary>A list, set or map of another element type.</summary>
    public HclType WithElement(HclType element) => ReferenceEquals(element, ElementType) ? this : new(Kind, element);

    /// <summary>The type of the values that a constraint describes: the same with no member optional.</summary>
    public HclType WithoutOptionalMembers() => Kind switch
    {
        TypeKind.List or TypeKind.Set or TypeKind.Map => WithElement(ElementType!.WithoutOptionalMembers()),
        TypeKind.Tuple => Tuple([.. Items.Select(item => item.WithoutOptionalMembers())]),
        TypeKind.Object => Object(TypeMembers.Create(Members.Select(member => KeyValuePair.Create(member.Key, member.Value.WithoutOptionalMembers())))),
        _ => this,
    };

    public bool Equals(HclType? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || other._hash != _hash || other.Kind != Kind)
            return false;
        return Kind switch
        {
            TypeKind.List or TypeKind.Set or TypeKind.Map => ElementType!.Equals(other.ElementType),
            TypeKind.Tuple => Items.SequenceEqual(other.Items),
            TypeKind.Object => Members.SequenceEqual(other.Members) && OptionalMembers.SetEquals(other.OptionalMembers),
            _ => true,
        };
    }

    public override bool Equals(object? obj) => Equals(obj as HclType);

    public override int GetHashCode() => _hash;

    /// <summary>As a type constraint is written: <c>list(string)</c>, <c>object({a = number})</c>.</summary>
    public override string ToString() => TypeNames.Constraint(this);

    private int ComputeHash()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.Add(ElementType);
        foreach (var item in Items)
            hash.Add(item);
        foreach (var (name, type) in Members)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(type);
        }
        return hash.ToHashCode();
    }
}
