namespace Buildx.Bake.Hcl.Json;

internal enum JsonKind
{
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,

    /// <summary>Something that is no JSON; it was reported.</summary>
    Invalid,
}
