namespace Buildx.Bake.Hcl;

/// <summary><c>name = expression</c>.</summary>
public sealed record HclAttribute(string Name, SourceRange NameRange, Expression Expression, SourceRange Range);
