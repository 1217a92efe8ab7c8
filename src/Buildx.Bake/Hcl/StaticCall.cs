namespace Buildx.Bake.Hcl;

/// <summary>A call read without evaluating it, as in a type constraint.</summary>
public sealed record StaticCall(string Name, SourceRange NameRange, IReadOnlyList<Expression> Arguments, SourceRange Range);
