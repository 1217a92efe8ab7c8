using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl;

/// <summary>One step of a <see cref="Traversal"/>.</summary>
/// <param name="Name">The attribute; null where it is an index.</param>
/// <param name="Key">The key in brackets; null where it is an attribute.</param>
public sealed record TraversalStep(string? Name, Value? Key, SourceRange Range)
{
    public static TraversalStep Attribute(string name, SourceRange range) => new(name, null, range);

    public static TraversalStep Index(Value key, SourceRange range) => new(null, key, range);

    public override string ToString() => Name is { } name ? "." + name : $"[{Key}]";
}
