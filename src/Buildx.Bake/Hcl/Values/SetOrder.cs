using System.Text;

namespace Buildx.Bake.Hcl.Values;

/// <summary>
/// The order in which a set is gone through: strings by code point, numbers by size, <c>false</c> before <c>true</c>; everything else
/// by a text made of its content. Null comes last but for what is unknown.
/// </summary>
internal static class SetOrder
{
    public static Value[] Arrange(IEnumerable<Value> elements)
    {
        // Two unknown values may turn out different: both stay.
        var seen = new HashSet<Value>();
        var distinct = elements.Where(element => !element.IsWhollyKnown || seen.Add(element)).ToArray();
        if (distinct.Length < 2)
            return distinct;
        if (distinct[0].Type.IsPrimitive)
        {
            Array.Sort(distinct, Compare);
            return distinct;
        }
        var keys = distinct.Select(Key).ToArray();
        Array.Sort(keys, distinct, Comparer<(int Rank, string Text)>.Create((left, right) =>
            left.Rank != right.Rank ? left.Rank - right.Rank : CodePointComparer.Instance.Compare(left.Text, right.Text)));
        return distinct;
    }

    private static int Compare(Value left, Value right)
    {
        if (!left.HasContent || !right.HasContent)
            return Rank(left) - Rank(right);
        return left.Type.Kind switch
        {
            TypeKind.String => CodePointComparer.Instance.Compare(left.AsString, right.AsString),
            TypeKind.Number => left.AsNumber.CompareTo(right.AsNumber),
            _ => left.AsBool.CompareTo(right.AsBool),
        };
    }

    private static int Rank(Value value) => value.IsNull ? 1 : value.IsKnown ? 0 : 2;

    private static (int Rank, string Text) Key(Value value)
    {
        var text = new StringBuilder();
        Append(value, text);
        return (Rank(value), text.ToString());
    }

    private static void Append(Value value, StringBuilder text)
    {
        if (!value.HasContent)
        {
            text.Append(value.IsNull ? '~' : '?');
            return;
        }
        switch (value.Type.Kind)
        {
            case TypeKind.Number:
                text.Append(value.AsNumber);
                break;
            case TypeKind.Bool:
                text.Append(value.AsBool ? 'T' : 'F');
                break;
            case TypeKind.String:
                text.Append('"').Append(value.AsString.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
                break;
            case TypeKind.Map:
                text.Append('{');
                foreach (var (name, element) in value.Members)
                {
                    Append(Value.String(name), text);
                    text.Append(':');
                    Append(element, text);
                    text.Append(';');
                }
                text.Append('}');
                break;
            default:
                var isUniform = value.Type.IsCollection;
                text.Append(isUniform ? '[' : '<');
                foreach (var element in value.Content)
                {
                    Append(element, text);
                    text.Append(';');
                }
                text.Append(isUniform ? ']' : '>');
                break;
        }
    }
}
