using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>Goes through a known value as the language does: with indices as numbers, names as strings, and a set's elements as their own keys.</summary>
internal static class Iteration
{
    public static IEnumerable<(Value Key, Value Element)> Of(Value source) => source.Type.Kind switch
    {
        TypeKind.Map or TypeKind.Object => source.Members.Select(member => (Value.String(member.Key), member.Value)),
        TypeKind.Set => source.Elements.Select(element => (element, element)),
        _ => source.Elements.Select((element, index) => (Value.Number(index), element)),
    };
}
