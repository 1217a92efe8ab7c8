namespace Buildx.Dockerfile;

/// <summary>A name with its value, as in <c>ENV name=value</c>; quotes and escapes are as written.</summary>
/// <param name="Legacy">Written <c>name value</c>, where the rest of the line is the value.</param>
public sealed record SyntaxPair(SyntaxWord Name, SyntaxWord Value, bool Legacy, TextRange Range);
