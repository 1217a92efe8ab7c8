namespace Buildx.Dockerfile;

/// <summary>A parser directive, <c># name=value</c>, at the top of the file.</summary>
/// <param name="Name">In lower case.</param>
public sealed record Directive(string Name, string Value, TextRange Range);
