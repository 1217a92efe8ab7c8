namespace Buildx.Bake.Hcl.Values;

/// <summary>Says why a type cannot become another: down to the part that does not fit.</summary>
internal static class Mismatch
{
    private const int LongestQuotation = 60;

    public static string Describe(HclType got, HclType wanted)
    {
        if (wanted.IsCollection && wanted.ElementType!.Kind == TypeKind.Dynamic && got.Kind is TypeKind.Tuple or TypeKind.Object
            && got.Kind == (wanted.Kind == TypeKind.Map ? TypeKind.Object : TypeKind.Tuple))
            return $"all elements of a {WordFor(wanted.Kind)} must have one type";
        return (got.Kind, wanted.Kind) switch
        {
            (TypeKind.Object, TypeKind.Object) => DescribeObjects(got, wanted),
            (TypeKind.Tuple, TypeKind.Tuple) when got.Items.Count != wanted.Items.Count => $"a tuple of {wanted.Items.Count} is required, not of {got.Items.Count}",
            (TypeKind.Tuple, TypeKind.Tuple) => FirstMisfit(got.Items.Select((item, index) => ($"element {index}", item, wanted.Items[index]))),
            (TypeKind.Tuple, TypeKind.List or TypeKind.Set) => FirstMisfit(got.Items.Select((item, index) => ($"element {index}", item, wanted.ElementType!))),
            (TypeKind.Object, TypeKind.Map) => FirstMisfit(got.Members.Select(member => ($"element {Quote(member.Key)}", member.Value, wanted.ElementType!))),
            (TypeKind.List or TypeKind.Set, TypeKind.List or TypeKind.Set) or (TypeKind.Map, TypeKind.Map) => "its elements: " + Describe(got.ElementType!, wanted.ElementType!),
            _ => $"{Article(wanted)} is required, not {Article(got)}",
        };
    }

    /// <summary>A short text in quotes, for a message.</summary>
    public static string Quote(string text) =>
        ValueJson.Quote(text.Length <= LongestQuotation ? text : string.Concat(text.AsSpan(0, LongestQuotation), "…"));

    /// <summary><c>a string</c>, <c>an object</c>.</summary>
    public static string Article(HclType type) => type.Kind switch
    {
        TypeKind.Dynamic => "a value of any type",
        TypeKind.Object => "an object",
        _ => "a " + TypeNames.Friendly(type),
    };

    private static string DescribeObjects(HclType got, HclType wanted)
    {
        var missing = wanted.Members.Names.Where(name => !got.Members.Contains(name) && !wanted.OptionalMembers.Contains(name)).Select(Quote).ToList();
        if (missing.Count > 0)
            return missing.Count == 1 ? $"attribute {missing[0]} is required" : $"attributes {string.Join(", ", missing)} are required";
        return FirstMisfit(wanted.Members.Where(member => got.Members.Contains(member.Key)).Select(member => ($"attribute {Quote(member.Key)}", got.Members[member.Key], member.Value)));
    }

    private static string FirstMisfit(IEnumerable<(string What, HclType Got, HclType Wanted)> parts)
    {
        foreach (var (what, got, wanted) in parts)
        {
            if (!TypeConversion.IsPossible(got, wanted, isSafe: false))
                return $"{what}: {Describe(got, wanted)}";
        }
        return "its parts do not fit";
    }

    private static string WordFor(TypeKind kind) => kind switch
    {
        TypeKind.List => "list",
        TypeKind.Set => "set",
        _ => "map",
    };
}
