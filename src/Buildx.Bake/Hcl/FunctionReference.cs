namespace Buildx.Bake.Hcl;

/// <summary>The name of a function where it is called.</summary>
public sealed record FunctionReference(string Name, SourceRange Range);
