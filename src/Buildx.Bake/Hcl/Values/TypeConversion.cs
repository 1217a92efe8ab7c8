namespace Buildx.Bake.Hcl.Values;

/// <summary>What can be said about conversions from the types alone.</summary>
internal static partial class TypeConversion
{
    /// <summary>Whether values of a type can become values of another. A safe conversion never fails; another may, for some values.</summary>
    public static bool IsPossible(HclType from, HclType to, bool isSafe)
    {
        if (to.Kind == TypeKind.Dynamic || from.Equals(to))
            return true;
        if (from.Kind == TypeKind.Dynamic)
            return !isSafe;
        return to.Kind switch
        {
            TypeKind.String => from.IsPrimitive,
            TypeKind.Bool or TypeKind.Number => !isSafe && from.Kind == TypeKind.String,
            TypeKind.List or TypeKind.Set => IsSequencePossible(from, to, isSafe),
            TypeKind.Map => from.Kind switch
            {
                TypeKind.Map => IsPossible(from.ElementType!, to.ElementType!, isSafe),
                TypeKind.Object => AreElementsPossible([.. from.Members.Items], to.ElementType!, isSafe),
                _ => false,
            },
            TypeKind.Tuple => from.Kind == TypeKind.Tuple && from.Items.Count == to.Items.Count && from.Items.Zip(to.Items).All(pair => IsPossible(pair.First, pair.Second, isSafe)),
            _ => IsObjectPossible(from, to, isSafe),
        };
    }

    /// <summary>The wanted type, with what it leaves open taken from what there is.</summary>
    public static HclType FillIn(HclType from, HclType to)
    {
        if (to.Kind == TypeKind.Dynamic)
            return from;
        if (!to.HasDynamic || from.Kind == TypeKind.Dynamic)
            return to;
        return to.Kind switch
        {
            TypeKind.Map when from.Kind == TypeKind.Map => to.WithElement(FillIn(from.ElementType!, to.ElementType!)),
            TypeKind.Map when from.Kind == TypeKind.Object => to.WithElement(FillIn(Unify([.. from.Members.Items], isSafe: false) ?? HclType.Dynamic, to.ElementType!)),
            TypeKind.List or TypeKind.Set when from.Kind is TypeKind.List or TypeKind.Set => to.WithElement(FillIn(from.ElementType!, to.ElementType!)),
            TypeKind.List or TypeKind.Set when from.Kind == TypeKind.Tuple => to.WithElement(FillIn(Unify(from.Items, isSafe: false) ?? HclType.Dynamic, to.ElementType!)),
            TypeKind.Tuple when from.Kind == TypeKind.Tuple && from.Items.Count == to.Items.Count => HclType.Tuple([.. from.Items.Zip(to.Items, FillIn)]),
            TypeKind.Object when from.Kind == TypeKind.Object => HclType.Object(TypeMembers.Create(to.Members.Select(member =>
                KeyValuePair.Create(member.Key, from.Members.TryGet(member.Key, out var known) ? FillIn(known, member.Value) : member.Value)))),
            _ => to,
        };
    }

    private static bool IsSequencePossible(HclType from, HclType to, bool isSafe) => from.Kind switch
    {
        TypeKind.Tuple => AreElementsPossible(from.Items, to.ElementType!, isSafe),
        // A list that becomes a set loses its order and what is there twice.
        TypeKind.List when to.Kind == TypeKind.Set && isSafe => false,
        TypeKind.List or TypeKind.Set => IsPossible(from.ElementType!, to.ElementType!, isSafe),
        _ => false,
    };

    private static bool AreElementsPossible(IReadOnlyList<HclType> elements, HclType to, bool isSafe)
    {
        if (elements.Count == 0)
            return true;
        if (to.Kind == TypeKind.Dynamic)
        {
            if (Unify(elements, isSafe) is not { } common)
                return false;
            if (common.Kind == TypeKind.Dynamic)
                return elements.All(element => element.Kind == TypeKind.Dynamic);
            to = common;
        }
        return elements.All(element => IsPossible(element, to, isSafe));
    }

    private static bool IsObjectPossible(HclType from, HclType to, bool isSafe)
    {
        switch (from.Kind)
        {
            case TypeKind.Map:
                return !isSafe && to.Members.All(member => IsPossible(from.ElementType!, member.Value, isSafe) || to.OptionalMembers.Contains(member.Key));
            case TypeKind.Object:
                return to.Members.All(member => from.Members.TryGet(member.Key, out var there)
                    ? IsPossible(there, member.Value, isSafe)
                    : to.OptionalMembers.Contains(member.Key));
            default:
                return false;
        }
    }
}
