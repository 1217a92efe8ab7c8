using System.Text;

namespace Buildx.Bake.Hcl.Values;

/// <summary>How types are named: as constraints are written, and in sentences.</summary>
public static class TypeNames
{
    /// <summary><c>list(string)</c>, <c>object({a = number})</c>.</summary>
    public static string Constraint(HclType type) => type.Kind switch
    {
        TypeKind.Dynamic => "any",
        TypeKind.Bool => "bool",
        TypeKind.Number => "number",
        TypeKind.String => "string",
        TypeKind.List => $"list({Constraint(type.ElementType!)})",
        TypeKind.Set => $"set({Constraint(type.ElementType!)})",
        TypeKind.Map => $"map({Constraint(type.ElementType!)})",
        TypeKind.Tuple => $"tuple([{string.Join(", ", type.Items.Select(Constraint))}])",
        _ => ObjectConstraint(type),
    };

    /// <summary>For a sentence: <c>list of string</c>, <c>object</c>.</summary>
    public static string Friendly(HclType type) => type.Kind switch
    {
        TypeKind.Dynamic => "any type",
        TypeKind.List => "list of " + Friendly(type.ElementType!),
        TypeKind.Set => "set of " + Friendly(type.ElementType!),
        TypeKind.Map => "map of " + Friendly(type.ElementType!),
        TypeKind.Tuple => "tuple",
        TypeKind.Object => "object",
        _ => Constraint(type),
    };

    private static string ObjectConstraint(HclType type)
    {
        var text = new StringBuilder("object({");
        foreach (var (name, member) in type.Members)
        {
            if (text[^1] != '{')
                text.Append(", ");
            var constraint = Constraint(member);
            text.Append(name).Append(" = ").Append(type.OptionalMembers.Contains(name) ? $"optional({constraint})" : constraint);
        }
        return text.Append("})").ToString();
    }
}
