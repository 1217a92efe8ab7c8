namespace Buildx.Bake.Hcl.Values;

public sealed partial class Value
{
    /// <summary>Same type and same content; unknown equals unknown.</summary>
    public bool Equals(Value? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || !Type.Equals(other.Type) || IsKnown != other.IsKnown || IsNull != other.IsNull)
            return false;
        return !HasContent || (_content, other._content) switch
        {
            (Value[] mine, Value[] others) => mine.AsSpan().SequenceEqual(others),
            (ValueMembers mine, ValueMembers others) => mine.SequenceEqual(others),
            _ => _content!.Equals(other._content),
        };
    }

    public override bool Equals(object? obj) => Equals(obj as Value);

    public override int GetHashCode()
    {
        if (!HasContent)
            return IsNull ? 1 : 2;
        if (!Type.IsIterable)
            return _content!.GetHashCode();
        var hash = new HashCode();
        foreach (var element in Content)
            hash.Add(element);
        return hash.ToHashCode();
    }

    /// <summary>The language's <c>==</c>: of values of different types false, and unknown when it cannot be told yet.</summary>
    public Value IsSameAs(Value other)
    {
        if (IsKnown && other.IsKnown && (IsNull || other.IsNull))
            return Bool(IsNull && other.IsNull);
        if (!IsKnown || !other.IsKnown)
        {
            var canBeSame = Type.HasDynamic || other.Type.HasDynamic || Type.Equals(other.Type);
            return canBeSame ? Unknown(HclType.Bool) : False;
        }
        if (!Type.Equals(other.Type))
            return Type.HasDynamic || other.Type.HasDynamic ? CompareContent(other) : False;
        return CompareContent(other);
    }

    private Value CompareContent(Value other)
    {
        if (Type.Kind != other.Type.Kind)
            return False;
        if (!Type.IsIterable)
            return Bool(_content!.Equals(other._content));
        if (Count != other.Count)
            return False;
        if (_content is ValueMembers members && !members.Names.SequenceEqual(other.Members.Names))
            return False;
        var result = True;
        foreach (var (mine, others) in Content.Zip(other.Content))
        {
            var same = mine.IsSameAs(others);
            if (!same.IsKnown)
                result = same;
            else if (!same.AsBool)
                return False;
        }
        return result;
    }
}
