namespace Buildx.Bake.Hcl.Values;

internal static partial class TypeConversion
{
    /// <summary>The type that values of all these types can become: of a conditional's arms, of a list's elements. Null when there is none.</summary>
    public static HclType? Unify(IReadOnlyList<HclType> types, bool isSafe)
    {
        if (types.Count == 0)
            return null;
        var distinct = types.Distinct().ToList();
        if (distinct.Count == 1)
            return distinct[0];
        var common = UnifyByKind(distinct, isSafe, out var isDecided);
        return isDecided ? common : common ?? FindPreferred(distinct, isSafe);
    }

    private static HclType? UnifyByKind(List<HclType> types, bool isSafe, out bool isDecided)
    {
        var hasDynamic = types.Exists(type => type.Kind == TypeKind.Dynamic);
        bool OnlyKinds(TypeKind kind, TypeKind other = TypeKind.Dynamic) =>
            types.Exists(type => type.Kind == kind) && types.TrueForAll(type => type.Kind == kind || type.Kind == other || type.Kind == TypeKind.Dynamic);
        isDecided = true;
        foreach (var kind in (ReadOnlySpan<TypeKind>)[TypeKind.Map, TypeKind.List, TypeKind.Set, TypeKind.Object, TypeKind.Tuple])
        {
            if (!OnlyKinds(kind))
                continue;
            // Of what is not known yet nothing can be said.
            return hasDynamic ? HclType.Dynamic
                : kind == TypeKind.Object ? UnifyObjects(types, isSafe)
                : kind == TypeKind.Tuple ? UnifyTuples(types, isSafe)
                : Unify([.. types.Select(type => type.ElementType!)], isSafe) is { } element ? types[0].WithElement(element) : null;
        }
        isDecided = false;
        if (OnlyKinds(TypeKind.Map, TypeKind.Object))
            return UnifyWithLiterals(types, TypeKind.Map, TypeKind.Object, isSafe);
        if (OnlyKinds(TypeKind.List, TypeKind.Tuple))
            return UnifyWithLiterals(types, TypeKind.List, TypeKind.Tuple, isSafe);
        isDecided = types.Exists(type => type.Kind == TypeKind.Object) && types.Exists(type => type.Kind == TypeKind.Tuple);
        return null;
    }

    /// <summary>Objects among maps, or tuples among lists, are mostly maps and lists written down: tried as such first.</summary>
    private static HclType? UnifyWithLiterals(List<HclType> types, TypeKind collection, TypeKind literal, bool isSafe)
    {
        var literals = types.FindAll(type => type.Kind == literal);
        var common = collection == TypeKind.Map ? ToMapOf(literals, isSafe) : ToListOf(literals, isSafe);
        if (common is null)
            return null;
        var result = Unify([.. types.Select(type => type.Kind == literal ? common : type)], isSafe);
        return result?.Kind == collection ? result : null;
    }

    private static HclType? UnifyObjects(List<HclType> types, bool isSafe)
    {
        if (types.Exists(type => !type.Members.Names.SequenceEqual(types[0].Members.Names)))
            return ToMapOf(types, isSafe);
        var members = new List<KeyValuePair<string, HclType>>();
        foreach (var name in types[0].Members.Names)
        {
            if (Unify([.. types.Select(type => type.Members[name])], isSafe) is not { } common)
                return null;
            members.Add(KeyValuePair.Create(name, common));
        }
        var result = HclType.Object(TypeMembers.Create(members));
        return types.TrueForAll(type => IsPossible(type, result, isSafe)) ? result : ToMapOf(types, isSafe);
    }

    private static HclType? UnifyTuples(List<HclType> types, bool isSafe)
    {
        if (types.Exists(type => type.Items.Count != types[0].Items.Count))
            return ToListOf(types, isSafe);
        var items = new List<HclType>();
        for (var i = 0; i < types[0].Items.Count; i++)
        {
            var index = i;
            if (Unify([.. types.Select(type => type.Items[index])], isSafe) is not { } common)
                return null;
            items.Add(common);
        }
        var result = HclType.Tuple(items);
        return types.TrueForAll(type => IsPossible(type, result, isSafe)) ? result : ToListOf(types, isSafe);
    }

    private static HclType? ToMapOf(List<HclType> types, bool isSafe)
    {
        if (Unify([.. types.SelectMany(type => type.Members.Items)], isSafe) is not { } element)
            return null;
        var result = HclType.Map(element);
        return types.TrueForAll(type => IsPossible(type, result, isSafe)) ? result : null;
    }

    private static HclType? ToListOf(List<HclType> types, bool isSafe)
    {
        if (Unify([.. types.SelectMany(type => type.Items)], isSafe) is not { } element)
            return null;
        var result = HclType.List(element);
        return types.TrueForAll(type => IsPossible(type, result, isSafe)) ? result : null;
    }

    /// <summary>One of the types themselves, the more general before the others.</summary>
    private static HclType? FindPreferred(List<HclType> types, bool isSafe) =>
        InOrderOfPreference(types).FirstOrDefault(wanted => types.TrueForAll(type => IsPossible(type, wanted, isSafe)));

    private static IEnumerable<HclType> InOrderOfPreference(List<HclType> types)
    {
        var after = new List<int>[types.Count];
        var before = new int[types.Count];
        for (var i = 0; i < types.Count; i++)
            after[i] = [];
        for (var i = 0; i < types.Count; i++)
        {
            for (var j = i + 1; j < types.Count; j++)
            {
                var order = Compare(types[i], types[j]);
                if (order == 0)
                    continue;
                var (first, second) = order < 0 ? (i, j) : (j, i);
                after[first].Add(second);
                before[second]++;
            }
        }
        var ready = new Queue<int>(Enumerable.Range(0, types.Count).Where(i => before[i] == 0));
        while (ready.TryDequeue(out var next))
        {
            yield return types[next];
            foreach (var follower in after[next])
            {
                if (--before[follower] == 0)
                    ready.Enqueue(follower);
            }
        }
    }

    /// <summary>Negative when the left type is the more general one; 0 when neither is.</summary>
    private static int Compare(HclType left, HclType right)
    {
        if (left.Kind == TypeKind.Dynamic || right.Kind == TypeKind.Dynamic)
            return (left.Kind == TypeKind.Dynamic ? 1 : 0) - (right.Kind == TypeKind.Dynamic ? 1 : 0);
        if (left.IsPrimitive && right.IsPrimitive)
            return (left.Kind == TypeKind.String ? 0 : 1) - (right.Kind == TypeKind.String ? 0 : 1);
        if (left.Kind == right.Kind)
        {
            return left.Kind switch
            {
                TypeKind.Object => left.Members.Names.SequenceEqual(right.Members.Names) ? CompareAll(left.Members.Items, right.Members.Items) : 0,
                TypeKind.Tuple => left.Items.Count == right.Items.Count ? CompareAll(left.Items, right.Items) : 0,
                _ => Compare(left.ElementType!, right.ElementType!),
            };
        }
        return Generality(left, right) - Generality(right, left);
    }

    private static int Generality(HclType type, HclType other) => (type.Kind, other.Kind) switch
    {
        (TypeKind.Tuple or TypeKind.List, TypeKind.Set) or (TypeKind.List, TypeKind.Tuple) or (TypeKind.Map, TypeKind.Object) => -1,
        _ => 0,
    };

    private static int CompareAll(IEnumerable<HclType> left, IEnumerable<HclType> right)
    {
        var orders = left.Zip(right, Compare).ToList();
        var (isMore, isLess) = (orders.Exists(order => order < 0), orders.Exists(order => order > 0));
        return isMore == isLess ? 0 : isMore ? -1 : 1;
    }
}
