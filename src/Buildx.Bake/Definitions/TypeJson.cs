using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Definitions;

/// <summary>A type as JSON: <c>"string"</c>, <c>["list","string"]</c>, <c>["object",{"a":"number"}]</c>.</summary>
internal static class TypeJson
{
    public static string Write(HclType type) => type.Kind switch
    {
        TypeKind.List => $"[\"list\",{Write(type.ElementType!)}]",
        TypeKind.Set => $"[\"set\",{Write(type.ElementType!)}]",
        TypeKind.Map => $"[\"map\",{Write(type.ElementType!)}]",
        TypeKind.Tuple => $"[\"tuple\",[{string.Join(',', type.Items.Select(Write))}]]",
        TypeKind.Object => $"[\"object\",{{{string.Join(',', type.Members.Select(member => $"{ValueJson.Quote(member.Key)}:{Write(member.Value)}"))}}}]",
        TypeKind.Dynamic => "\"dynamic\"",
        _ => $"\"{TypeNames.Constraint(type)}\"",
    };
}
