namespace Buildx.Dockerfile;

/// <summary>A check for something that works, but not as its author may think.</summary>
/// <param name="Url">Null for a rule that has no page.</param>
/// <param name="IsExperimental">Runs only when asked for.</param>
public sealed record LintRule(string Name, string Description, string? Url, bool IsExperimental = false);
