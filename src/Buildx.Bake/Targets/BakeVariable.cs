namespace Buildx.Bake.Targets;

/// <summary>A variable as <c>--list=variables</c> shows it.</summary>
/// <param name="Type">As the definition gives it; empty if it doesn't.</param>
/// <param name="Value">Null for the value null.</param>
public sealed record BakeVariable(string Name, string Description, string Type, string? Value);
