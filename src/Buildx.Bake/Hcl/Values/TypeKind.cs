namespace Buildx.Bake.Hcl.Values;

public enum TypeKind
{
    /// <summary>Any type: of values not known yet, of <c>null</c> without a type, and <c>any</c> in a type constraint.</summary>
    Dynamic,
    Bool,
    Number,
    String,
    List,
    Set,
    Map,
    Tuple,
    Object,
}
