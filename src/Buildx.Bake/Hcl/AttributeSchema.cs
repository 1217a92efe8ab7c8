namespace Buildx.Bake.Hcl;

public sealed record AttributeSchema(string Name, bool IsRequired = false);
