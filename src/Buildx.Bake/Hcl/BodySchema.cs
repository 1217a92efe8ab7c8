namespace Buildx.Bake.Hcl;

/// <summary>Which attributes and blocks a body may have.</summary>
public sealed record BodySchema(IReadOnlyList<AttributeSchema> Attributes, IReadOnlyList<BlockSchema> Blocks);
