namespace Buildx.Dockerfile;

/// <summary>A name with its value, as in <c>ENV name=value</c>.</summary>
/// <param name="Legacy">Written <c>name value</c>, where the rest of the line is the value.</param>
public sealed record SyntaxPair(string Name, string Value, bool Legacy, TextRange Range);
