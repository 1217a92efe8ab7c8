namespace Buildx.Dockerfile;

/// <summary>What a target can be given: arguments, secrets, ssh agents.</summary>
public sealed record Outline(
    string? Name, string? Description, IReadOnlyList<Outline.Argument> Arguments, IReadOnlyList<Outline.Requirement> Secrets, IReadOnlyList<Outline.Requirement> SshAgents)
{
    public sealed record Argument(string Name, string? Description, string Value, TextRange Range);

    public sealed record Requirement(string Name, bool Required, TextRange Range);
}
