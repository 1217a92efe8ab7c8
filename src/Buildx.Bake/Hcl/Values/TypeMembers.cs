namespace Buildx.Bake.Hcl.Values;

/// <summary>The attributes of an object type.</summary>
public sealed class TypeMembers : Members<HclType>
{
    private TypeMembers(IEnumerable<KeyValuePair<string, HclType>> pairs) : base(pairs)
    {
    }

    public static TypeMembers Create(IEnumerable<KeyValuePair<string, HclType>> pairs) => new(pairs);
}
