namespace Buildx.Dockerfile;

/// <summary>A rule that a Dockerfile does not keep.</summary>
public sealed record LintWarning(LintRule Rule, string Message, TextRange Range);
