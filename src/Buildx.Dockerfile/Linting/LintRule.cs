namespace Buildx.Dockerfile;

/// <summary>A check for something that works, but not as its author may think.</summary>
/// <param name="Description">Why it matters.</param>
/// <param name="Url">Null for a rule that has no page.</param>
/// <param name="IsExperimental">Runs only when asked for.</param>
public sealed record LintRule(string Name, string Description, string? Url, bool IsExperimental = false)
{
    /// <summary>
    /// A rule beyond Docker's. It is shown with a build and can be skipped like any other, but a check does not list it, and
    /// <c>error=true</c> does not count it, unless <c>experimental=NAME</c> asks for it.
    /// </summary>
    public bool IsHint { get; init; }
}
