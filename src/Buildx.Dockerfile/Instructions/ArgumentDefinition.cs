namespace Buildx.Dockerfile;

/// <param name="Default">Null when there is none.</param>
/// <param name="Description">From the comment above, <c># NAME description</c>.</param>
public sealed record ArgumentDefinition(string Name, string? Default, string? Description);
