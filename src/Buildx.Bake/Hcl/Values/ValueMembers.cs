namespace Buildx.Bake.Hcl.Values;

/// <summary>The elements of a map or the attributes of an object.</summary>
public sealed class ValueMembers : Members<Value>
{
    private ValueMembers(IEnumerable<KeyValuePair<string, Value>> pairs) : base(pairs)
    {
    }

    public static ValueMembers Empty { get; } = new([]);

    public static ValueMembers Create(IEnumerable<KeyValuePair<string, Value>> pairs) => new(pairs);
}
